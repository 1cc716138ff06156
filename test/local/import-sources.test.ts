import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { runCommand } from "../support/command.ts";
import { canaryKey } from "../support/keys.ts";
import { connectionString, vectorFile, vectorLines, vectorSecret } from "../support/legacy-values.ts";
import { startForTest, storedItems } from "../support/local-system.ts";

/** The legacy table in PostgreSQL, and imports without a deployment. */
let db: PGlite;
let server: PGLiteSocketServer;
let system: LocalSystem;
let address: string;
const environment: Record<string, string> = { API_KEY_ENCRYPTION_KEY: vectorSecret };
const columns = ["encryptedOpenAIKey", "encryptedAnthropicKey", "encryptedGoogleKey"] as const;

beforeAll(async () => {
  [db, system] = await Promise.all([PGlite.create(), startForTest({ settings: { jobs: [] } })]);
  server = new PGLiteSocketServer({ db, port: 0, host: "127.0.0.1", maxConnections: 5 });
  await server.start();
  address = connectionString(server.getServerConn());
  environment["DATABASE_URL"] = address;
  await db.exec(
    `CREATE TABLE "User" (id text PRIMARY KEY, ${columns.map((one) => `"${one}" text`).join(", ")})`,
  );
  for (const row of readable()) {
    const values = [row.id, ...columns.map((one) => row[one])];
    await db.query(`INSERT INTO "User" VALUES ($1, $2, $3, $4)`, values);
  }
});

afterAll(async () => {
  await system.close();
  await server.stop();
  await db.close();
});

type Row = { readonly id: string } & Readonly<Record<(typeof columns)[number], string | null>>;

/** Those of the vectors that have an id; what is no text in one of them is its JSON, and as malformed. */
function readable(): Row[] {
  return vectorLines().flatMap((line) => {
    const row = parsed(line);
    if (typeof row?.id !== "string" || row.id.length !== 36) return [];
    const texts = columns.map((one) => [one, textOf(row[one])] as const);
    return [{ id: row.id, ...Object.fromEntries(texts) } as Row];
  });
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined || typeof value === "string"
    ? (value ?? null)
    : JSON.stringify(value);
}

test("while the role for it is not deployed, an import is refused and a dry run says so and goes on", async () => {
  const refused = await runCommand(system, ["import", "--from", "env:DATABASE_URL", "--json"], {
    environment,
  });
  expect(refused.code).toBe(3);
  expect(refused.json).toMatchObject({ error: { code: "NOT_SWITCHED_ON" } });
  const looked = await runCommand(system, ["import", "--from", "env:DATABASE_URL", "--dry-run", "--json"], {
    environment,
  });
  expect(looked.json).toMatchObject({ imported: 1273, alreadyThere: 0, wrongKey: 50, notAKey: 50 });
  expect(looked.stderr).toContain("NOT_SWITCHED_ON");
});

test(
  "rows of PostgreSQL are imported as those of a file, and are the same for both",
  { timeout: 300_000 },
  async () => {
    await system.deploy({ jobs: ["import"] });
    const from = ["import", "--from", "env:DATABASE_URL", "--json"];
    const { code, json } = await runCommand(system, from, { environment });
    expect(json).toMatchObject({
      rows: readable().length,
      imported: 1273,
      wrongKey: 50,
      notAKey: 50,
      failed: 0,
    });
    expect(code).toBe(1);
    const before = await storedItems(system);
    const file = ["import", "--from", fileURLToPath(vectorFile), "--json"];
    const ofFile = await runCommand(system, file, { environment });
    expect(ofFile.json).toMatchObject({ rows: 1000, imported: 0, alreadyThere: 1273 });
    expect(await storedItems(system)).toEqual(before);
  },
);

test("no output has the password, also where the command is not understood", async () => {
  for (const args of [
    ["import", "--from", address, "--table", "Nobody", "--dry-run"],
    ["import", `--form=${address}`],
    ["import", "--from", address, address],
    ["import", "--from", address.replace("postgres://", "mysql://")],
    ["import", "--from", address.replace("@", "@@:")],
    // Before the command's name it is not the import that does not understand it.
    [`--from=${address}`, "import"],
    [address],
    ["job", address],
    ["import", "--from", "x", `--kdf=${address.replace("://", "://it's ")}`],
    ["import", "--from", "x", `--kdf=postgres://127.0.0.1/db?password=${canaryKey()}`],
  ]) {
    const { code, stdout, stderr } = await runCommand(system, args, { environment });
    expect(code).not.toBe(0);
    expect(stdout + stderr).not.toContain("CANARY");
  }
});

test("a dry run without a deployment needs no AWS, and says what it cannot know", async () => {
  // Nobody could be asked here: there is no region, no credential and no such home.
  const options = { environment: { ...environment, AWS_EC2_METADATA_DISABLED: "true" } };
  const args = ["import", "--from", fileURLToPath(vectorFile), "--dry-run", "--json"];
  const { json, stderr } = await runCommand(undefined, args, options);
  expect(json).toMatchObject({ rows: 1000, imported: 1273, malformed: 60, complete: true });
  expect(stderr).toContain("AWS is not asked");
});
