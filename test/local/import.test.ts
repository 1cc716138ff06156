import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cipherKeyOf, legacyKdf } from "../../lib/legacy/cipher-key.ts";
import { ownerIdOf } from "../../lib/owner.ts";
import type { Fault } from "../../local/aws/faults.ts";
import { AwsError } from "../../local/aws/protocol.ts";
import type { ReceivedRequest } from "../../local/stand-in/stand-in.ts";
import type { LocalSystem } from "../../local/system.ts";
import { runCommand, startCommand } from "../support/command.ts";
import { CANARY, canaryKey } from "../support/keys.ts";
import {
  expectedLines,
  legacyValue,
  vectorFile,
  vectorLines,
  vectorSecret,
} from "../support/legacy-values.ts";
import { Person, startForTest, storedItems } from "../support/local-system.ts";

/** A thousand legacy rows, 5 % of them damaged in each way, into a deployment whose AWS fails now and then. */
const rows = fileURLToPath(vectorFile);
const environment = { API_KEY_ENCRYPTION_KEY: vectorSecret };
const ofVectors = { rows: 1000, wrongKey: 50, notAKey: 50, malformed: 60, empty: 1547, failed: 0 };
const VALUES = 1273;
const folder = mkdtempSync(join(tmpdir(), "waxseal-import-"));

/** Of a loaded machine. */
const slow = { timeout: 300_000 };

let system: LocalSystem;
let failing = false;
let calls = 0;
const outputs: string[] = [];

beforeAll(async () => {
  system = await startForTest({
    settings: { jobs: ["import"] },
    faults(_call, service) {
      if (!failing) return undefined;
      calls += 1;
      // Throttled at the beginning only, since each halves the pace.
      if (service === "kms" && calls % 20 < 3)
        return fault(calls < 60 ? "ThrottlingException" : "KMSInternalException");
      if (service === "dynamodb" && calls % 20 === 7)
        return fault("InternalServerError", calls % 40 === 7 ? "before" : "after");
      return undefined;
    },
  });
});
afterAll(async () => {
  await system.close();
  rmSync(folder, { recursive: true });
});

function fault(name: string, when: "before" | "after" = "before"): Fault {
  return { when, error: new AwsError(name, "", { status: name === "ThrottlingException" ? 400 : 500 }) };
}

async function importing(args: readonly string[], input?: string) {
  const options = { environment, ...(input !== undefined && { input }) };
  const result = await runCommand(system, ["import", "--json", ...args], options);
  outputs.push(result.stdout, result.stderr);
  return result;
}

const kmsCalls = () => system.cloudTrailRecords().length;

test("a dry run says what an import would do, writes nothing and asks KMS nothing", async () => {
  const before = kmsCalls();
  const { code, json } = await importing(["--from", rows, "--dry-run"]);
  expect(json).toEqual({
    ...{ schemaVersion: 1, ...ofVectors, imported: VALUES, alreadyThere: 0, newerHere: 0 },
    ...{ dryRun: true, complete: true },
  });
  expect(code).toBe(1);
  expect(await storedItems(system)).toEqual([]);
  expect(kmsCalls()).toBe(before);
});

test("a wrong secret stops it before anything is written", async () => {
  const options = { environment: { API_KEY_ENCRYPTION_KEY: "another" } };
  const { code, json, stderr } = await runCommand(system, ["import", "--json", "--from", rows], options);
  expect(code).toBe(3);
  expect(json).toMatchObject({
    ...{ schemaVersion: 1, imported: 0, wrongKey: 20, complete: false },
    error: { code: "WRONG_LEGACY_SECRET" },
  });
  expect(stderr).toContain("WRONG_LEGACY_SECRET");
  expect(await storedItems(system)).toEqual([]);
});

test("without a secret it says which variable is missing", async () => {
  const { code, stderr } = await runCommand(system, ["import", "--from", rows, "--secret-env", "LEGACY"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("LEGACY")]);
});

test("an import under failing AWS reports every value exactly as its maker knows it", slow, async () => {
  const report = join(folder, "report.jsonl");
  writeFileSync(report, "of a run before", { mode: 0o644 });
  failing = true;
  const { code, json } = await importing(["--from", rows, "--report", report]).finally(() => {
    failing = false;
  });
  expect(json).toMatchObject({
    ...ofVectors,
    imported: VALUES,
    alreadyThere: 0,
    newerHere: 0,
    complete: true,
  });
  expect(code).toBe(1);
  expect(statSync(report).mode & 0o777).toBe(0o600);
  const told = readFileSync(report, "utf8").trimEnd().split("\n");
  const expected = expectedLines().flatMap(({ line, id, values }): Record<string, unknown>[] => {
    if (id === undefined) return [{ line, id: null, column: null, provider: null, outcome: "malformed" }];
    return Object.entries(values).map(([column, { sha256: _sha256, ...value }]) => {
      const provider = /encrypted(\w+)Key/.exec(column)?.[1]?.toLowerCase();
      return { line, id, column, provider, ...value };
    });
  });
  expect(told.map((text) => JSON.parse(text) as unknown)).toEqual(expected);
  outputs.push(told.join("\n"));
  const items = await storedItems(system);
  expect(items).toHaveLength(VALUES);
  for (const item of items)
    expect(item).toMatchObject({
      ...{ state: "active", useCount: 0, importedAt: item["savedAt"], health: { status: "unknown" } },
      lastChange: {
        operation: "import",
        actor: "operator",
        caller: "waxseal import",
        requestId: json["jobId"],
      },
    });
});

test("a second run changes nothing, and asks KMS nothing", slow, async () => {
  const before = { items: await storedItems(system), kms: kmsCalls() };
  const { code, json } = await importing(["--from", "-"], readFileSync(rows, "utf8"));
  expect(json).toMatchObject({ ...ofVectors, imported: 0, alreadyThere: VALUES, newerHere: 0 });
  expect(code).toBe(1);
  expect({ items: await storedItems(system), kms: kmsCalls() }).toEqual(before);
});

test("a verification opens all that was imported, after a claim each, and counts no use", slow, async () => {
  const { json } = await importing(["--from", rows, "--verify"]);
  expect(json).toMatchObject({
    ...{ ...ofVectors, alreadyThere: VALUES },
    ...{ verified: VALUES, mismatched: 0, changedSince: 0, unverified: 0 },
  });
  const items = await storedItems(system);
  const claims = new Set(items.map(({ lastChange }) => (lastChange as { useId?: string }).useId));
  expect(claims.size).toBe(VALUES);
  expect(items.filter(({ useCount }) => useCount !== 0)).toEqual([]);
});

test("a value that is another than what is stored is told as such", async () => {
  const [userId] = idsWith("encryptedOpenAIKey");
  const value = legacyValue(canaryKey("openai"), cipherKeyOf(vectorSecret, legacyKdf));
  const line = JSON.stringify({ id: userId, encryptedOpenAIKey: value });
  const { code, json } = await importing(["--from", "-", "--verify"], line);
  expect(json).toMatchObject({ rows: 1, alreadyThere: 1, mismatched: 1, verified: 0 });
  expect(code).toBe(1);
});

test.each([
  ["encryptedOpenAIKey", "/proxy/openai/v1/chat/completions", { model: "m", messages: [] }],
  ["encryptedAnthropicKey", "/proxy/anthropic/v1/messages", { model: "m", max_tokens: 1, messages: [] }],
  ["encryptedGoogleKey", "/proxy/google/v1beta/models/m:generateContent", { contents: [] }],
])("what was imported from %s works through the proxy, for its user", async (column, path, body) => {
  for (const userId of idsWith(column).slice(0, 3)) {
    const person = await Person.named(system, userId);
    expect((await person.request("POST", path, body)).status).toBe(200);
    const received = (await (await fetch(`${system.standIn}/_received`)).json()) as ReceivedRequest[];
    const { headers } = received.at(-1)!;
    const arrived = [headers["authorization"]?.slice(7), headers["x-api-key"], headers["x-goog-api-key"]];
    const digests = arrived.map((text) => sha256(String(text)));
    expect(digests).toContain(expectedLines().find(({ id }) => id === userId)?.values[column]?.sha256);
  }
});

test("what its user saved or removed since stays as it is", slow, async () => {
  const [saver = "", remover = ""] = idsWith("encryptedOpenAIKey").slice(5);
  const save = await (await Person.named(system, saver)).save(canaryKey("openai"));
  const removal = await (
    await Person.named(system, remover)
  ).request("DELETE", "/api/user/api-key", { provider: "openai" });
  expect([save.status, removal.status]).toEqual([200, 200]);
  const before = await storedItems(system);
  const { json } = await importing(["--from", rows]);
  expect(json).toMatchObject({ ...ofVectors, imported: 0, alreadyThere: VALUES - 2, newerHere: 2 });
  expect(await storedItems(system)).toEqual(before);
  const states = before.filter(({ ownerId, slot }) => {
    return slot === "openai/default" && [saver, remover].some((id) => ownerId === ownerOf(id));
  });
  expect(states.map(({ state }) => state).sort()).toEqual(["active", "removed"]);
});

test("an import that is stopped by a signal goes on when it is run again", slow, async () => {
  const cipherKey = cipherKeyOf(vectorSecret, legacyKdf);
  const line = (user: number) => {
    const value = legacyValue(canaryKey("google"), cipherKey);
    return JSON.stringify({ id: `stopped-${user}`, encryptedGoogleKey: value });
  };
  const input = Array.from({ length: 600 }, (_none, user) => line(user)).join("\n");
  const { child, ended } = startCommand(system, ["import", "--from", "-", "--json"], { environment, input });
  const before = kmsCalls();
  await until(() => kmsCalls() > before + 20);
  child.kill("SIGINT");
  const stopped = await ended;
  expect(stopped.code).toBe(130);
  expect(stopped.json).toMatchObject({ complete: false, failed: 0 });
  const imported = Number(stopped.json["imported"]);
  expect(imported).toBeGreaterThan(20);
  expect(imported).toBeLessThan(600);
  const again = await importing(["--from", "-"], input);
  expect(again.json).toMatchObject({ rows: 600, imported: 600 - imported, alreadyThere: imported });
  expect(again.code).toBe(0);
});

test("the jobs that ran are listed with what came of them", async () => {
  const { json } = await runCommand(system, ["job", "list", "--json"]);
  const states = (json["jobs"] as { jobId: string; state: string }[]).map(({ state }) => state);
  expect(new Set(states)).toEqual(new Set(["complete", "incomplete", "stopped"]));
});

test("no value and no secret is in any output, report, log or stored item", async () => {
  const seen = [...outputs, ...system.logLines(), JSON.stringify(await storedItems(system))].join("\n");
  const ciphertexts = vectorLines().flatMap((line) => line.match(/[0-9a-f]{64,}/gi) ?? []);
  expect(ciphertexts.length).toBeGreaterThan(VALUES);
  const text = seen.toLowerCase();
  expect(ciphertexts.filter((value) => text.includes(value.slice(0, 48).toLowerCase()))).toEqual([]);
  expect(seen).not.toContain(CANARY);
  expect(seen).not.toContain(vectorSecret);
});

/** User ids whose value of this column is imported. */
function idsWith(column: string): string[] {
  return expectedLines().flatMap(({ id, values }) => {
    return id !== undefined && values[column]?.outcome === "imported" ? [id] : [];
  });
}

function ownerOf(userId: string): string {
  return ownerIdOf(`${system.api}/local`, userId);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}
