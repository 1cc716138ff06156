import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { legacyRows } from "../../../lib/legacy/source.ts";
import { connectionString } from "../../support/legacy-values.ts";
import type { LegacyRow } from "../../../lib/legacy/row.ts";

/** PostgreSQL itself, over its wire protocol; one session, whoever asks. */
let db: PGlite;
let server: PGLiteSocketServer;
let address: string;

beforeAll(async () => {
  db = await PGlite.create();
  server = new PGLiteSocketServer({ db, port: 0, host: "127.0.0.1", maxConnections: 5 });
  await server.start();
  address = connectionString(server.getServerConn());
  await db.exec(`
    CREATE TABLE "User" ("id" uuid PRIMARY KEY, "encryptedOpenAIKey" text, "encryptedGoogleKey" text);
    CREATE SCHEMA app;
    CREATE TABLE app.numbered (user_id bigint PRIMARY KEY, secret_value varchar(300));
    INSERT INTO app.numbered SELECT n, 'value ' || n FROM generate_series(1, 2500) AS n;
    INSERT INTO "User" VALUES
      ('00000000-0000-4000-8000-000000000002', NULL, ''),
      ('00000000-0000-4000-8000-000000000001', 'an old value', NULL);
  `);
});

afterAll(async () => {
  await server.stop();
  await db.close();
});

function rowsOf(
  changes: {
    from?: string;
    table?: string;
    idColumn?: string;
    columns?: string[];
    signal?: AbortSignal;
  } = {},
) {
  return legacyRows({
    from: address,
    environment: { LEGACY_DATABASE: address },
    stdin: process.stdin,
    signal: new AbortController().signal,
    table: "User",
    idColumn: "id",
    columns: ["encryptedOpenAIKey", "encryptedGoogleKey"],
    ...changes,
  });
}

async function collected(rows: AsyncIterable<LegacyRow>): Promise<LegacyRow[]> {
  const all: LegacyRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

const ofUsers = [
  { line: 1, id: "00000000-0000-4000-8000-000000000001", values: ["an old value", null] },
  { line: 2, id: "00000000-0000-4000-8000-000000000002", values: [null, ""] },
];

test("a table's rows come by its ids, which are text whatever their type", async () => {
  expect(await collected(rowsOf())).toEqual(ofUsers);
  const numbered = { table: "app.numbered", idColumn: "user_id", columns: ["secret_value"] };
  const rows = await collected(rowsOf(numbered));
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 2500 }, (_none, n) => String(n + 1)));
  expect(rows[2499]).toEqual({ line: 2500, id: "2500", values: ["value 2500"] });
});

test("the connection string can be in the environment", async () => {
  expect(await collected(rowsOf({ from: "env:LEGACY_DATABASE" }))).toEqual(ofUsers);
});

test("names are quoted: nothing of them is SQL", async () => {
  const evil = 'x"; DROP TABLE "User"; --';
  for (const changes of [{ table: evil }, { columns: [evil] }, { idColumn: evil }])
    await expect(collected(rowsOf(changes))).rejects.toMatchObject({ code: "SOURCE_UNAVAILABLE" });
  expect(await collected(rowsOf())).toEqual(ofUsers);
});

test("the rows are of one moment, in a transaction that cannot write", async () => {
  const numbered = { table: "app.numbered", idColumn: "user_id", columns: ["secret_value"] };
  const rows = rowsOf(numbered);
  await rows.next();
  // PGlite has one session for all, so this is what the reader's transaction says.
  const { rows: shown } = await db
    .query<{ isolation: string; readonly: string }>(
      "SELECT current_setting('transaction_isolation') AS isolation, current_setting('transaction_read_only') AS readonly",
    )
    .catch(() => ({ rows: [] }));
  expect(shown).toEqual([{ isolation: "repeatable read", readonly: "on" }]);
  await rows.return();
});

test("a reader that ends early, or by a signal, frees its connection", async () => {
  const numbered = { table: "app.numbered", idColumn: "user_id", columns: ["secret_value"] };
  for await (const row of rowsOf(numbered)) if (row.line === 3) break;
  const stop = new AbortController();
  const seen: number[] = [];
  for await (const { line } of rowsOf({ ...numbered, signal: stop.signal })) {
    seen.push(line);
    if (line === 3) stop.abort();
  }
  expect(seen.length).toBeLessThan(2500);
  expect(await collected(rowsOf())).toEqual(ofUsers);
});

test.each([
  [{ table: "Nobody" }, "42P01, there is no such table (--table)"],
  [{ columns: ["none"] }, "42703, there is no such column (--id-column, --columns)"],
])("what is wrong is said by PostgreSQL's code alone (%#)", async (changes, words) => {
  await expect(collected(rowsOf(changes))).rejects.toMatchObject({
    code: "SOURCE_UNAVAILABLE",
    message: `PostgreSQL did not answer: ${words}`,
  });
});

test("the client is pg, whose errors quote: none of them is passed on", async () => {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  await expect(client.query("SELECT 'CANARY'::int")).rejects.toThrow("CANARY");
  await client.end();
  // A value that the table's own types refuse is quoted by PostgreSQL in the same way.
  await db.exec(`CREATE VIEW broken AS SELECT 'u' AS id, ('CANARY' || random())::int AS a`);
  const read = collected(rowsOf({ table: "broken", columns: ["a"] }));
  await expect(read).rejects.toMatchObject({ message: "PostgreSQL did not answer: 22P02" });
});
