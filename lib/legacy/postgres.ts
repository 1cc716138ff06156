import { addAbortSignal } from "node:stream";
import pg from "pg";
import QueryStream from "pg-query-stream";
import { OperatorError } from "../jobs/operator-error.ts";
import { usableId, type LegacyRow } from "./row.ts";

export interface PostgresTable {
  /** May hold a password: it goes into no message. */
  readonly connectionString: string;
  /** As it is spelt, with its schema where it needs one: `public.User`. */
  readonly table: string;
  readonly idColumn: string;
  readonly columns: readonly string[];
}

/** Rows asked for at once, and kept. */
const BATCH = 500;

/**
 * A table's rows, as one moment had them, in the order of their ids, however many they are.
 *
 * @param signal - ends it after the rows that were given.
 * @throws {OperatorError} `SOURCE_UNAVAILABLE` with PostgreSQL's error code, and nothing of its text: it can quote.
 */
export async function* postgresRows(
  source: PostgresTable,
  signal: AbortSignal,
): AsyncGenerator<LegacyRow, void, void> {
  let client: pg.Client | undefined;
  try {
    client = await connected(source);
    // All rows of one moment; nothing can be written; and PostgreSQL does not end a transaction that waits for us.
    await client.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await client.query("SET LOCAL statement_timeout = 0");
    await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    const query = new QueryStream(selectOf(source), [], {
      batchSize: BATCH,
      highWaterMark: BATCH,
      rowMode: "array",
    });
    const stream = addAbortSignal(signal, client.query(query));
    let line = 0;
    for await (const [id, ...values] of stream as AsyncIterable<unknown[]>) {
      line += 1;
      yield { line, id: usableId(id), values };
    }
  } catch (error) {
    if (!signal.aborted) throw unavailable(error);
  } finally {
    await client?.end().catch(() => undefined);
  }
}

async function connected({ connectionString }: PostgresTable): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString,
    application_name: "waxseal import",
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // A connection that ends between two answers; the next answer says so.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** Ids as text, whatever type they have: as text they are in the tokens. */
function selectOf({ table, idColumn, columns }: PostgresTable): string {
  const name = pg.escapeIdentifier;
  const values = columns.map((column) => `t.${name(column)}::text`);
  const from = table
    .split(".")
    .map((part) => name(part))
    .join(".");
  return `SELECT ${[`t.${name(idColumn)}::text`, ...values].join(", ")} FROM ${from} AS t ORDER BY t.${name(idColumn)}`;
}

/** PostgreSQL, "PostgreSQL Error Codes", for what one meets first. */
const MEANINGS: Readonly<Record<string, string>> = {
  "28P01": "the password is refused",
  "28000": "the user is refused",
  "3D000": "there is no such database",
  "42P01": "there is no such table (--table)",
  "42703": "there is no such column (--id-column, --columns)",
  "42501": "the user may not read the table",
};

function unavailable(error: unknown): unknown {
  const code = (error as { code?: unknown } | undefined)?.code;
  // SQLSTATE, or one of Node's, as ECONNREFUSED.
  const known = typeof code === "string" && /^[A-Z0-9_]{1,40}$/.test(code) ? code : "no connection";
  const meaning = MEANINGS[known];
  return new OperatorError(
    "SOURCE_UNAVAILABLE",
    `PostgreSQL did not answer: ${known}${meaning === undefined ? "" : `, ${meaning}`}`,
  );
}
