import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JobStore } from "../../lib/jobs/job-store.ts";
import type { Job } from "../../lib/jobs/job.ts";
import type { LocalSystem } from "../../local/system.ts";
import { runCommand } from "../support/command.ts";
import { startForTest } from "../support/local-system.ts";
import { seedRecords } from "../support/records.ts";
import { rotateMaterial, runRewrap, sendersOf } from "../support/rewrap-run.ts";

const RECORDS = 40;
let system: LocalSystem;
let jobs: JobStore;

beforeAll(async () => {
  system = await startForTest();
  await seedRecords(system, RECORDS);
  const { JobsTable: table = "" } = system.stack.outputs;
  jobs = new JobStore({ dynamo: sendersOf(system).jobs, table, now: () => new Date() });
});
afterAll(() => system.close());

/** Clients of a run that stands still at its `at`-th call of KMS until it is let go. */
function halted(at: number) {
  const senders = sendersOf(system);
  let calls = 0;
  let letGo: () => void = () => undefined;
  let reached: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const isThere = new Promise<void>((resolve) => (reached = resolve));
  const call = senders.kms.send.bind(senders.kms) as (...args: unknown[]) => Promise<unknown>;
  const send = async (...args: unknown[]) => {
    calls += 1;
    if (calls >= at) {
      reached();
      await gate;
    }
    return call(...args);
  };
  return { senders: { ...senders, kms: { send } as typeof senders.kms }, letGo, isThere };
}

async function latest(): Promise<Job> {
  const [job] = await jobs.list();
  if (!job) throw new Error("there is no job");
  return job;
}

describe("a job", () => {
  test("is listed with who began it, what it is to do, and what came of it", async () => {
    await rotateMaterial(system);
    expect((await runCommand(system, ["rewrap"])).code).toBe(0);
    const list = await runCommand(system, ["job", "list", "--json"]);
    const [job] = list.json["jobs"] as Record<string, unknown>[];
    expect(job).toMatchObject({
      kind: "rewrap",
      state: "complete",
      startedBy: "arn:aws:iam::111122223333:user/administrator",
      aim: { encryptionKeyId: system.stack.outputs["EncryptionKeyArn"] },
      counts: { scanned: RECORDS, rewrapped: RECORDS },
      segments: { total: 4, done: 4 },
    });
    const status = await runCommand(system, ["job", "status", String(job?.["jobId"])]);
    expect(status.stdout).toContain(`${RECORDS}  rewrapped`);
  });

  test("that is cancelled while it runs stops after its page, for good; another begins anew", async () => {
    await rotateMaterial(system);
    const { senders, letGo, isThere } = halted(3);
    const run = runRewrap(system, { senders, pageSize: 2, segments: 1 });
    await isThere;
    const { jobId } = await latest();
    const cancelled = await runCommand(system, ["job", "cancel", jobId, "--json"]);
    expect(cancelled.code).toBe(0);
    letGo();
    const ended = await run;
    expect(ended).toMatchObject({ jobId, state: "cancelled" });
    expect(ended.counts["scanned"]).toBeLessThan(RECORDS);
    const again = await runCommand(system, ["job", "resume", jobId, "--json"]);
    expect(again.code).toBe(3);
    const anew = await runCommand(system, ["rewrap", "--json"]);
    expect(anew.json).toMatchObject({ scanned: RECORDS, complete: true });
    expect(anew.json["jobId"]).not.toBe(jobId);
  });

  test("whose process was killed is cancelled by saying it twice, and whoever runs it still is told", async () => {
    await rotateMaterial(system);
    const { senders, letGo, isThere } = halted(3);
    const first = runRewrap(system, { senders, pageSize: 2, segments: 1 });
    const refused = expect(first).rejects.toMatchObject({ code: "JOB_TAKEN_OVER" });
    await isThere;
    const { jobId } = await latest();
    const cancel = async () => (await runCommand(system, ["job", "cancel", jobId, "--json"])).json;
    expect(await cancel()).toMatchObject({ jobId, state: "running" });
    expect(await cancel()).toMatchObject({
      jobId,
      state: "cancelled",
      endedAt: expect.any(String) as string,
    });
    letGo();
    await refused;
    expect(await latest()).toMatchObject({ jobId, state: "cancelled" });
  });

  test("that was for other key material than is in use now is not resumed as if it were for this", async () => {
    await rotateMaterial(system);
    const { senders, letGo, isThere } = halted(3);
    const first = runRewrap(system, { senders, pageSize: 2, segments: 1 });
    await isThere;
    const { jobId } = await latest();
    await rotateMaterial(system);
    const { code, json } = await runCommand(system, ["job", "resume", jobId, "--json"]);
    expect({ code, json }).toMatchObject({ code: 3, json: { error: { code: "REFUSED" } } });
    expect(await latest()).toMatchObject({ jobId, state: "running" });
    letGo();
    expect(await first).toMatchObject({ jobId, state: "complete" });
  });

  test("that has no file for its failures does not begin, and is left to be gone on with", async () => {
    await rotateMaterial(system);
    const { code } = await runCommand(system, ["rewrap", "--failures", "/nonexistent/f.jsonl"]);
    expect(code).toBe(2);
    const stopped = await latest();
    expect(stopped).toMatchObject({ state: "stopped", counts: { scanned: 0 } });
    const { json } = await runCommand(system, ["rewrap", "--json"]);
    expect(json).toMatchObject({ jobId: stopped.jobId, complete: true });
  });

  test("that another process goes on with is theirs: the first is told at its next page, and no page counts twice", async () => {
    await rotateMaterial(system);
    const { senders, letGo, isThere } = halted(3);
    const first = runRewrap(system, { senders, pageSize: 2, segments: 1 });
    const refused = expect(first).rejects.toMatchObject({ code: "JOB_TAKEN_OVER" });
    await isThere;
    const { jobId } = await latest();
    const second = await runCommand(system, ["job", "resume", jobId, "--json"]);
    expect(second.json).toMatchObject({ jobId, scanned: RECORDS, failed: 0, complete: true });
    letGo();
    await refused;
    expect(await latest()).toMatchObject({ jobId, state: "complete", counts: { scanned: RECORDS } });
  });

  test("with another aim takes the place of one that was stopped", async () => {
    await rotateMaterial(system);
    const { senders, letGo, isThere } = halted(3);
    const first = runRewrap(system, { senders, pageSize: 2, segments: 1 });
    const refused = expect(first).rejects.toMatchObject({ code: "JOB_TAKEN_OVER" });
    await isThere;
    const { jobId } = await latest();
    await rotateMaterial(system);
    const { code } = await runCommand(system, ["rewrap", "--json"]);
    expect(code).toBe(0);
    expect(await jobs.get(jobId)).toMatchObject({ state: "superseded" });
    letGo();
    await refused;
  });
});

describe("the command line", () => {
  test.each([
    ["a command that there is not", ["rotat"]],
    ["an option that there is not", ["rewrap", "--fast"]],
    ["a number that is none", ["rewrap", "--segments", "many"]],
    ["more than the whole quota", ["rewrap", "--share", "200"]],
    ["a job that there is not", ["job", "status", "rewrap-CANARY"]],
    ["a stage that is none", ["census", "--stage", "Prod!"]],
    ["a KMS key's name that is none", ["rotate", "--to", "Two!"]],
    ["a KMS key that there is not", ["retire", "7"]],
    ["a file that cannot be written", ["rewrap", "--failures", "/nonexistent/failures.jsonl"]],
  ])("refuses %s, and says so without a stack trace", async (_what, args) => {
    const { code, stdout, stderr } = await runCommand(system, args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).not.toBe("");
    expect(stderr).not.toMatch(/\bat .+:\d+:\d+/);
  });

  test("answers one JSON document on standard output also where it refuses", async () => {
    const { code, json, stdout } = await runCommand(system, ["census", "--stage", "other", "--json"]);
    expect(code).toBe(4);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    expect(json).toMatchObject({ schemaVersion: 1, error: { code: "NOT_DEPLOYED" } });
  });

  test("says which deployment is meant, by option or environment, before or after the command", async () => {
    const unsaid = await runCommand(undefined, ["census"]);
    expect(unsaid.code).toBe(2);
    for (const args of [
      ["--stage", "local", "census", "--json"],
      ["census", "--stage", "local", "--json"],
    ])
      expect((await runCommand(system, args)).json).toMatchObject({ schemaVersion: 1, total: RECORDS });
    const environment = { WAXSEAL_STAGE: "local" };
    expect((await runCommand(system, ["--json", "census"], { environment })).code).toBe(0);
  });

  test("says that AWS does not answer", async () => {
    const environment = { AWS_ENDPOINT_URL: "http://127.0.0.1:9" };
    const { code, stderr } = await runCommand(undefined, ["census"], { environment });
    expect(code).toBe(4);
    expect(stderr).toContain("ECONNREFUSED");
  });

  test("--help shows every command with its exit codes, and asks AWS nothing", async () => {
    const { code, stdout } = await runCommand(undefined, ["--help"]);
    expect(code).toBe(0);
    for (const command of ["census", "rotate", "rewrap", "retire", "job", "doctor"])
      expect(stdout).toContain(`  ${command} `);
    expect(stdout).toContain("130  stopped by a signal");
  });
});
