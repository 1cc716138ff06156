import { linkSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DisableKeyCommand, EnableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { DeleteCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownerIdOf } from "../../lib/owner.ts";
import type { LocalSystem } from "../../local/system.ts";
import { runCommand } from "../support/command.ts";
import { canaryKey } from "../support/keys.ts";
import { awsConfig, Person, startForTest, storedItems, tableName } from "../support/local-system.ts";

let system: LocalSystem;
let dynamo: DynamoDBDocumentClient;
let folder: string;
beforeAll(async () => {
  system = await startForTest();
  dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system)));
  folder = mkdtempSync(join(tmpdir(), "waxseal-export-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  dynamo.destroy();
  await system.close();
});

const inFolder = (name: string) => join(folder, name);
const ownerOf = (subject: string) => ownerIdOf(`${system.api}/local`, subject);

async function saved(subject: string): Promise<{ person: Person; apiKey: string }> {
  const person = await Person.named(system, subject);
  const apiKey = canaryKey();
  expect((await person.save(apiKey)).status).toBe(200);
  return { person, apiKey };
}

/** As by somebody who may write the table. */
async function lose(subject: string): Promise<void> {
  const at = { ownerId: ownerOf(subject), slot: "openai/default" };
  await dynamo.send(new DeleteCommand({ TableName: tableName(system), Key: at }));
}

test("what was lost is put back from a sealed export and works through the proxy; what was removed since stays removed", async () => {
  const lost = await saved("lost");
  const removed = await saved("removed");
  const file = inFolder("sealed.jsonl");
  const { code, json } = await runCommand(system, ["export", "--out", file, "--json"]);
  expect(code).toBe(0);
  expect(json).toMatchObject({ schemaVersion: 1, out: file, stage: "local", tombstones: 0 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).not.toContain("CANARY");
  expect((await runCommand(system, ["export", "--out", file])).code).toBe(3);

  await lose("lost");
  expect((await lost.person.chat()).status).toBe(404);
  await removed.person.request("DELETE", "/v1/provider-keys/openai");
  const report = inFolder("report.jsonl");
  const restore = await runCommand(system, ["restore", file, "--report", report, "--json"]);
  expect(restore.code).toBe(0);
  expect(restore.json).toMatchObject({ schemaVersion: 1, restored: 1, removedSince: 1, failed: 0 });
  expect((await lost.person.chat()).status).toBe(200);
  expect((await removed.person.chat()).status).toBe(404);
  const lines = readFileSync(report, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual({
    ...{ line: expect.any(Number) as number, ownerId: ownerOf("lost"), slot: "openai/default" },
    outcome: "restored",
  });
});

test("the report of a restore never replaces the export that is restored, by another name of it either", async () => {
  await saved("kept");
  const file = inFolder("kept.jsonl");
  expect((await runCommand(system, ["export", "--out", file])).code).toBe(0);
  const before = readFileSync(file, "utf8");
  symlinkSync(file, inFolder("symbolic.jsonl"));
  linkSync(file, inFolder("hard.jsonl"));
  for (const report of [file, inFolder("symbolic.jsonl"), inFolder("hard.jsonl")]) {
    const { code } = await runCommand(system, ["restore", file, "--report", report, "--json"]);
    expect(code).toBe(2);
    expect(readFileSync(file, "utf8")).toBe(before);
  }
});

test("the report of a restore follows no link, and is its owner's alone where the file was there before", async () => {
  const file = inFolder("reported.jsonl");
  expect((await runCommand(system, ["export", "--out", file])).code).toBe(0);
  const [other, link, report] = [inFolder("other"), inFolder("link"), inFolder("open.jsonl")];
  writeFileSync(other, "other");
  symlinkSync(other, link);
  expect((await runCommand(system, ["restore", file, "--report", link])).code).toBe(2);
  expect(readFileSync(other, "utf8")).toBe("other");
  writeFileSync(report, "", { mode: 0o644 });
  expect((await runCommand(system, ["restore", file, "--report", report])).code).toBe(0);
  expect(statSync(report).mode & 0o777).toBe(0o600);
});

test.each(["2026-11-01T10:00:00", "2026-11-01", "11/01/2026", "1"])(
  "the time of a restored table says its zone: %s would be this machine's",
  async (time) => {
    const args = ["--out", inFolder("zone.jsonl"), "--table", tableName(system), "--as-of", time, "--json"];
    const { code, json } = await runCommand(system, ["export", ...args]);
    expect({ code, json }).toMatchObject({ code: 2, json: { error: { code: "USAGE" } } });
  },
);

test("what would not open is not put back: its KMS key is disabled", async () => {
  const { person } = await saved("unopened");
  const file = inFolder("unopened.jsonl");
  expect((await runCommand(system, ["export", "--out", file])).code).toBe(0);
  await lose("unopened");
  const kms = new KMSClient(awsConfig(system));
  const KeyId = system.stack.outputs["EncryptionKeyArn"];
  const report = inFolder("unopened-report.jsonl");
  await kms.send(new DisableKeyCommand({ KeyId }));
  const { code, json } = await runCommand(system, ["restore", file, "--report", report, "--json"]);
  await kms.send(new EnableKeyCommand({ KeyId }));
  expect({ code, json }).toMatchObject({ code: 1, json: { restored: 0, failed: 1, complete: false } });
  expect(readFileSync(report, "utf8")).toContain("ENCRYPTION_KEY_UNAVAILABLE");
  expect((await runCommand(system, ["restore", file])).code).toBe(0);
  expect((await person.chat()).status).toBe(200);
});

test("a file that was cut is no whole restore, and one of a time that has not come is refused", async () => {
  await saved("cut");
  const file = inFolder("cut.jsonl");
  expect((await runCommand(system, ["export", "--out", file])).code).toBe(0);
  const whole = readFileSync(file, "utf8").trimEnd().split("\n");
  expect(JSON.parse(whole.at(-1) ?? "")).toEqual({ schemaVersion: 1, items: whole.length - 2 });
  writeFileSync(file, `${whole.slice(0, -1).join("\n")}\n`);
  const cut = await runCommand(system, ["restore", file, "--json"]);
  expect(cut).toMatchObject({ code: 1, json: { failed: 0, complete: false } });
  expect((await runCommand(system, ["restore", file])).stdout).toContain("The file was cut");
  const [header = "", ...items] = whole;
  const later = new Date(Date.now() + 3_600_000).toISOString();
  writeFileSync(file, [header.replace(/"at":"[^"]+"/, `"at":"${later}"`), ...items].join("\n"));
  const future = await runCommand(system, ["restore", file, "--accept-forgotten-removals", "--json"]);
  expect(future).toMatchObject({ code: 3, json: { error: { code: "REFUSED" } } });
});

test("an export of another stage, or older than the traces of removals, is refused", async () => {
  const file = inFolder("old.jsonl");
  const restored = ["--table", tableName(system), "--as-of"];
  const old = new Date(Date.now() - 31 * 86_400_000).toISOString();
  expect((await runCommand(system, ["export", "--out", file, ...restored, old])).code).toBe(0);
  const refused = await runCommand(system, ["restore", file, "--json"]);
  expect(refused).toMatchObject({ code: 3, json: { error: { code: "REFUSED" } } });
  expect((await runCommand(system, ["restore", file, "--accept-forgotten-removals"])).code).toBe(0);
  const [header = "", ...items] = readFileSync(file, "utf8").split("\n");
  const foreign = inFolder("foreign.jsonl");
  writeFileSync(foreign, [header.replace('"local"', '"prod"'), ...items].join("\n"));
  expect((await runCommand(system, ["restore", foreign, "--accept-forgotten-removals"])).code).toBe(3);
  expect((await runCommand(system, ["export", "--out", inFolder("x"), ...restored, "soon"])).code).toBe(2);
});

describe("an owner's export in plaintext", () => {
  test("writes what the owner has to a private file, each after a claim; the keys are nowhere else", async () => {
    const { apiKey } = await saved("leaving");
    const others = await saved("staying");
    const file = inFolder("leaving.jsonl");
    const args = ["export", "--owner", "leaving", "--plaintext", "--out", file, "--json"];
    const { code, json, stdout, stderr } = await runCommand(system, args);
    expect(code).toBe(0);
    expect(json).toMatchObject({ schemaVersion: 1, exported: 1, failed: 0, failures: [] });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ provider: "openai", name: "default", apiKey });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(stderr).toContain("Provider keys in plaintext");
    expect(stdout + stderr).not.toContain("CANARY");
    expect(readFileSync(file, "utf8")).not.toContain(others.apiKey);

    const item = (await storedItems(system)).find(({ ownerId }) => ownerId === ownerOf("leaving"));
    const { operation, useId } = item?.["lastChange"] as { operation: string; useId: string };
    expect(operation).toBe("export");
    const [decryption] = system
      .cloudTrailRecords()
      .filter(({ eventName, userAgent }) => eventName === "Decrypt" && userAgent.includes(useId));
    expect(decryption?.userIdentity.arn).toContain("exportRole");
  });

  test("writes to standard output only where that was said, and nothing besides", async () => {
    const { apiKey } = await saved("piping");
    const args = ["export", "--owner", "piping", "--plaintext", "--out", "-"];
    const { code, stdout } = await runCommand(system, args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ apiKey });
    expect(stdout.split("\n")).toHaveLength(2);
  });

  test.each([
    { what: "without --plaintext", args: ["--owner", "leaving", "--out", "x"], code: 2 },
    { what: "of everyone", args: ["--plaintext", "--out", "x"], code: 2 },
    {
      what: "with JSON where the keys go",
      args: ["--owner", "a", "--plaintext", "--out", "-", "--json"],
      code: 2,
    },
    { what: "of nobody who is there", args: ["--owner", "nobody", "--plaintext", "--out", "x"], code: 3 },
    { what: "to nowhere", args: ["--owner", "leaving", "--plaintext"], code: 2 },
  ])("$what is refused", async ({ args, code }) => {
    const named = args.map((arg) => (arg === "x" ? inFolder("refused.jsonl") : arg));
    const result = await runCommand(system, ["export", ...named]);
    expect(result.code).toBe(code);
    expect(() => statSync(inFolder("refused.jsonl"))).toThrow("ENOENT");
  });

  test("is not there while its role is switched off", async () => {
    await saved("late");
    await system.deploy({ jobs: [] });
    const file = inFolder("late.jsonl");
    const args = ["export", "--owner", "late", "--plaintext", "--out", file, "--json"];
    const { code, json } = await runCommand(system, args);
    expect({ code, json }).toMatchObject({ code: 3, json: { error: { code: "NOT_SWITCHED_ON" } } });
  });
});
