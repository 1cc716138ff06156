/** The durable function that rewraps, from outside: begun by an operator or by its schedule, run by the local system. */
import { ListDurableExecutionsByFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { DecryptCommand, KMSClient, RotateKeyOnDemandCommand } from "@aws-sdk/client-kms";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { encryptionContextOf } from "../../lib/provider-keys/encryption-context.ts";
import type { LocalStack } from "../../local/stack.ts";
import type { LocalSystem, LocalSystemOptions } from "../../local/system.ts";
import { runCommand } from "../support/command.ts";
import { awsConfig, startForTest, storedItems, tableName } from "../support/local-system.ts";
import { openAll, sealedParts, seedRecords } from "../support/records.ts";

/** The function as it is in the template, but for what a test needs. */
function withFunction(change: { environment?: Record<string, string>; timeoutSeconds?: number }) {
  return (stack: LocalStack): LocalStack => ({
    ...stack,
    functions: stack.functions.map((fn) =>
      fn.name === "rewrap"
        ? { ...fn, ...change, environment: { ...fn.environment, ...change.environment } }
        : fn,
    ),
  });
}

async function started(options: Partial<LocalSystemOptions> = {}): Promise<LocalSystem> {
  const { settings, ...others } = options;
  const system = await startForTest({ settings: { rewrapSchedule: "manual", ...settings }, ...others });
  onTestFinished(() => system.close());
  return system;
}

async function rotate(system: LocalSystem): Promise<void> {
  const kms = new KMSClient(awsConfig(system));
  await kms.send(new RotateKeyOnDemandCommand({ KeyId: system.stack.outputs["EncryptionKeyArn"] }));
}

async function behind(system: LocalSystem): Promise<unknown> {
  return (await runCommand(system, ["census", "--json"])).json["behind"];
}

function remote(system: LocalSystem, ...more: string[]) {
  return runCommand(system, ["rewrap", "--remote", "--json", ...more]);
}

async function status(system: LocalSystem, jobId: unknown): Promise<Record<string, unknown>> {
  return (await runCommand(system, ["job", "status", String(jobId), "--json"])).json;
}

async function ended(system: LocalSystem, jobId: unknown): Promise<Record<string, unknown>> {
  return vi.waitFor(
    async () => {
      const json = await status(system, jobId);
      expect(json["endedAt"]).toBeDefined();
      return json;
    },
    { timeout: 60_000, interval: 500 },
  );
}

function exact(scanned: number) {
  return { scanned, rewrapped: scanned, alreadyCurrent: 0, moved: 0, failed: 0, complete: true };
}

/** 10 calls of KMS a second for each percent. */
const slow = (kmsShare: number) => ({ kmsQuota: 1000, kmsShare });

describe("waxseal rewrap --remote --wait", () => {
  test("moves every record to the new key material, by as many executions as it takes, and no ciphertext changes", async () => {
    // Two pages an execution.
    const system = await started({ editStack: withFunction({ environment: { WAXSEAL_OPERATIONS: "3" } }) });
    const seeded = await seedRecords(system, 1000);
    await rotate(system);
    expect(await behind(system)).toBe(1000);
    const before = await sealedParts(system);
    const { code, json, stderr } = await remote(system, "--wait");
    expect({ code, json }).toMatchObject({ code: 0, json: exact(1000) });
    expect(stderr).toContain(`Begun: ${String(json["jobId"])}`);
    expect(await behind(system)).toBe(0);
    expect(await sealedParts(system)).toEqual(before);
    expect(await openAll(system, seeded)).toEqual({ opened: 1000, failed: [] });
    const lambda = new LambdaClient(awsConfig(system));
    const { DurableExecutions = [] } = await lambda.send(
      new ListDurableExecutionsByFunctionCommand({
        FunctionName: system.stack.outputs["RewrapFunction"],
        MaxItems: 1000,
      }),
    );
    // Ten pages and some, two each, and the one that coordinates, under the job's name.
    expect(DurableExecutions.length).toBeGreaterThanOrEqual(6);
    expect(DurableExecutions.every(({ Status }) => Status === "SUCCEEDED")).toBe(true);
    expect(DurableExecutions.map(({ DurableExecutionName: name }) => name)).toContain(json["jobId"]);
  }, 120_000);

  test("names a damaged record, rewraps the others, and says that it is incomplete", async () => {
    const system = await started();
    const seeded = await seedRecords(system, 50);
    const { ownerId, slot } = seeded[20]!;
    const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system)));
    await dynamo.send(
      new UpdateCommand({
        TableName: tableName(system),
        Key: { ownerId, slot },
        UpdateExpression: "SET wrappedDataKey = :damaged",
        ExpressionAttributeValues: { ":damaged": Buffer.alloc(180, 7) },
      }),
    );
    await rotate(system);
    const { code, json } = await remote(system, "--wait");
    const failure = { ownerId, slot, reason: "DECRYPT_FAILED" };
    expect({ code, json }).toMatchObject({
      code: 1,
      json: {
        state: "incomplete",
        complete: false,
        scanned: 50,
        rewrapped: 49,
        failed: 1,
        failures: [failure],
      },
    });
    const [line, ...others] = system.logLines().filter((one) => one.includes("record not rewrapped"));
    expect(others).toEqual([]);
    const { fields } = JSON.parse(line?.slice(line.indexOf("{")) ?? "{}") as { fields?: unknown };
    expect(fields).toEqual({ jobId: json["jobId"], ownerId, slot, code: "DECRYPT_FAILED" });
  }, 60_000);

  test("is refused where the function is not deployed, and for options that are none of it", async () => {
    const system = await started({ settings: { rewrapSchedule: "off" } });
    const refused = await remote(system);
    expect(refused.code).toBe(3);
    expect(refused.json["error"]).toMatchObject({ code: "NOT_SWITCHED_ON" });
    expect((await remote(system, "--share", "5")).code).toBe(2);
    expect((await remote(system, "--failures", "x")).code).toBe(2);
    expect((await runCommand(system, ["job", "list", "--json"])).json["jobs"]).toEqual([]);
  }, 60_000);
});

describe("a rewrap that runs remotely", () => {
  test("goes on where its environments are lost in the middle of a page, and counts each record once", async () => {
    // Sixty records a page at eight a second: three invocations, of which two end with their time.
    const system = await started({
      settings: { kmsQuota: 800, kmsShare: 2 },
      editStack: withFunction({ timeoutSeconds: 3 }),
    });
    const seeded = await seedRecords(system, 120);
    await rotate(system);
    const { code, json } = await remote(system, "--wait", "--segments", "2");
    expect({ code, json }).toMatchObject({ code: 0, json: exact(120) });
    expect(await behind(system)).toBe(0);
    expect((await openAll(system, seeded)).opened).toBe(120);
  }, 120_000);

  test("goes on after the whole system was ended in the middle, where it was", async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), "waxseal-rewrap-"));
    onTestFinished(() => rmSync(dataDirectory, { recursive: true, force: true }));
    const settings = { rewrapSchedule: "manual", ...slow(10) };
    const before = await startForTest({ settings, dataDirectory });
    const seeded = await seedRecords(before, 400);
    await rotate(before);
    const { json } = await remote(before, "--segments", "2");
    await vi.waitFor(async () => {
      expect((await status(before, json["jobId"]))["scanned"]).toBeGreaterThan(0);
    }, 30_000);
    await before.close();
    const after = await started({ settings, dataDirectory });
    expect(await ended(after, json["jobId"])).toMatchObject({ ...exact(400), state: "complete" });
    expect(await behind(after)).toBe(0);
    expect((await openAll(after, seeded)).opened).toBe(400);
  }, 120_000);

  test("goes on under a deployment of changed settings", async () => {
    const system = await started({ settings: slow(10) });
    await seedRecords(system, 400);
    await rotate(system);
    const { json } = await remote(system, "--segments", "2");
    await system.deploy({ tombstoneDays: 8, ...slow(90) });
    expect(await ended(system, json["jobId"])).toMatchObject({ ...exact(400), state: "complete" });
    expect(await behind(system)).toBe(0);
  }, 120_000);

  test("is cancelled, and what it did stays; the next begins anew and does the rest", async () => {
    const system = await started({ settings: slow(4) });
    await seedRecords(system, 400);
    await rotate(system);
    const { code, json } = await remote(system, "--segments", "2");
    expect({ code, json }).toMatchObject({ code: 0, json: { state: "running", complete: false } });
    await vi.waitFor(async () => {
      expect((await status(system, json["jobId"]))["scanned"]).toBeGreaterThan(0);
    }, 30_000);
    expect((await runCommand(system, ["job", "cancel", String(json["jobId"]), "--json"])).code).toBe(0);
    const cancelled = await ended(system, json["jobId"]);
    expect(cancelled).toMatchObject({ state: "cancelled", complete: false, failed: 0 });
    const done = Number(cancelled["rewrapped"]);
    expect(await behind(system)).toBe(400 - done);
    expect(done).toBeGreaterThan(0);
    await system.deploy(slow(90));
    const rest = (await remote(system, "--wait")).json;
    expect(rest).toMatchObject({ complete: true, rewrapped: 400 - done, alreadyCurrent: done });
    expect(rest["jobId"]).not.toBe(json["jobId"]);
  }, 120_000);
});

describe("the schedule", () => {
  test("has the function rewrap what an automatic rotation left behind, and says so in a report", async () => {
    const system = await started({ settings: { rewrapSchedule: "rate(7 days)" } });
    await seedRecords(system, 200);
    await rotate(system);
    const rule = system.stack.rules?.find(({ schedule }) => schedule === "rate(7 days)");
    expect(system.fireRule(rule?.name ?? "")).toBe(true);
    const jobs = await vi.waitFor(async () => {
      const { json } = await runCommand(system, ["job", "list", "--json"]);
      expect(json["jobs"]).toEqual([expect.objectContaining({ state: "complete" })]);
      return json["jobs"] as Record<string, unknown>[];
    }, 30_000);
    expect(jobs[0]).toMatchObject({ counts: { rewrapped: 200, failed: 0 } });
    expect(jobs[0]?.["startedBy"]).toMatch(/:function:waxseal-local-rewrap:1\/durable-execution\//);
    expect(await behind(system)).toBe(0);
    const fire = `${system.awsEndpoint}/_rules/${rule?.name ?? ""}/fire`;
    expect((await fetch(fire, { method: "POST" })).status).toBe(200);
    await vi.waitFor(async () => {
      const { json } = await runCommand(system, ["job", "list", "--json"]);
      const counts = { scanned: 200, alreadyCurrent: 200 };
      expect(json["jobs"]).toEqual([
        expect.objectContaining({ state: "complete", counts: expect.objectContaining(counts) as unknown }),
        expect.anything(),
      ]);
    }, 30_000);
  }, 60_000);
});

describe("the function's role", () => {
  test("can decrypt nothing, read no ciphertext and write none, and see of other jobs that they are there", async () => {
    const system = await started();
    const [seeded] = await seedRecords(system, 1);
    const { ownerId, slot } = seeded!;
    const [item] = await storedItems(system);
    const kms = new KMSClient(awsConfig(system, "rewrap"));
    const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system, "rewrap")));
    const TableName = tableName(system);
    const jobs = system.stack.outputs["JobsTable"];
    const asAdministrator = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system)));
    await asAdministrator.send(
      new PutCommand({ TableName: jobs, Item: { jobId: "import-1", kind: "import", state: "running" } }),
    );
    const sealed = (name: string) => ({
      TableName,
      Select: "SPECIFIC_ATTRIBUTES" as const,
      ProjectionExpression: `ownerId, slot, ${name}`,
    });
    const attempts = [
      kms.send(
        new DecryptCommand({
          CiphertextBlob: item?.["wrappedDataKey"] as Uint8Array,
          KeyId: String(item?.["encryptionKeyId"]),
          EncryptionContext: encryptionContextOf("local", ownerId, slot),
        }),
      ),
      dynamo.send(new GetCommand({ TableName, Key: { ownerId, slot } })),
      dynamo.send(new ScanCommand({ TableName })),
      ...["ciphertext", "iv", "tag"].map((name) => dynamo.send(new ScanCommand(sealed(name)))),
      dynamo.send(
        new UpdateCommand({
          TableName,
          Key: { ownerId, slot },
          UpdateExpression: "SET ciphertext = :none",
          ExpressionAttributeValues: { ":none": Buffer.from("none") },
          ReturnValues: "NONE",
        }),
      ),
      dynamo.send(new GetCommand({ TableName: jobs, Key: { jobId: "import-1" } })),
      dynamo.send(new ScanCommand({ TableName: jobs })),
    ];
    for (const attempt of attempts)
      await expect(attempt).rejects.toMatchObject({ name: "AccessDeniedException" });
    const may = await dynamo.send(new ScanCommand(sealed("wrappedDataKey")));
    expect(may.Count).toBe(1);
  }, 60_000);
});
