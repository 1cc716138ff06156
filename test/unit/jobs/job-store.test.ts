import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JobStore } from "../../../lib/jobs/job-store.ts";
import type { Job, JobState } from "../../../lib/jobs/job.ts";
import { startOrResumeJob } from "../../../lib/jobs/start-job.ts";
import type { DynamoSender } from "../../../lib/provider-keys/write-record.ts";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { emptyStack, tableResource } from "../../contract/stack.ts";

const table = {
  ...tableResource("Jobs"),
  keySchema: [{ AttributeName: "jobId", KeyType: "HASH" }] as const,
  attributeDefinitions: [{ AttributeName: "jobId", AttributeType: "S" }] as const,
};
const now = () => new Date("2026-11-25T10:00:00.000Z");
let endpoint: AwsEndpoint;
let dynamo: DynamoDBDocumentClient;

beforeAll(async () => {
  endpoint = await startAwsEndpoint({ stack: { ...emptyStack, tables: [table] }, port: 0 });
  const credentials = { accessKeyId: "AKIAADMINISTRATOR", secretAccessKey: "local" };
  const config = { region: "us-east-1", endpoint: endpoint.url, credentials, maxAttempts: 1 };
  dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(config));
});
afterAll(async () => {
  dynamo.destroy();
  await endpoint.close();
});

function storeOver(sender: DynamoSender): JobStore {
  const retry = { maxAttempts: 3, longestDelayMs: 0, wait: async () => undefined };
  return new JobStore({ dynamo: sender, table: table.tableName, now, retry });
}

const store = () => storeOver(dynamo);

/** Each write is applied, and its first answer lost. */
function losing(): DynamoSender {
  let isLost = false;
  const send = async (command: object): Promise<unknown> => {
    const answer = await (dynamo.send as (command: object) => Promise<unknown>)(command);
    if (!(command instanceof UpdateCommand) || isLost) return answer;
    isLost = true;
    throw Object.assign(new Error("lost"), { name: "TimeoutError" });
  };
  return { send } as DynamoSender;
}

let jobs = 0;
async function jobIn(state: JobState, runner = "runner"): Promise<Job> {
  const at = "2026-11-25T00:00:00.000Z";
  const job = await store().create({
    ...{ jobId: `rewrap-${(jobs += 1)}`, kind: "rewrap", state: "running", startedBy: "operator", runner },
    ...{ startedAt: at, updatedAt: at, aim: { to: String(jobs) }, segments: [{ page: 0, done: false }] },
    ...{ counts: { scanned: 0 }, failures: [], cancelRequested: false },
  });
  return state === "running" ? job : store().end(job, state);
}

const takenOver = { code: "JOB_TAKEN_OVER" };
const ended = ["complete", "incomplete", "cancelled", "superseded"] as const;

describe("a job that has ended", () => {
  test.each(ended)("as %s stays so: nobody takes it over", async (state) => {
    const before = await jobIn("running");
    await store().end(before, state);
    await expect(store().takeOver(before, "other")).rejects.toMatchObject(takenOver);
    expect(await store().get(before.jobId)).toMatchObject({ state, runner: "runner" });
  });

  test.each(ended.filter((state) => state !== "cancelled"))(
    "as %s is not cancelled after it",
    async (state) => {
      const before = await jobIn("running");
      await store().end(before, state);
      await expect(store().requestCancel(before)).rejects.toMatchObject(takenOver);
      expect(await store().get(before.jobId)).toMatchObject({ state, cancelRequested: false });
    },
  );

  test("while another begins is left as it ended, and the other begins", async () => {
    const other = await jobIn("running");
    const real = store();
    const racing = {
      create: (job: Job) => real.create(job),
      takeOver: (job: Job, runner: string) => real.takeOver(job, runner),
      end: (job: Job, state: JobState) => real.end(job, state),
      // It ends between this look and the taking over.
      unfinished: async () => {
        await real.end(other, "complete");
        return [other];
      },
    };
    const request = { kind: "rewrap", aim: { to: "another" }, segments: 1, counts: { scanned: 0 } } as const;
    const ports = { jobs: racing, startedBy: "operator", now, newId: () => "another-runner" };
    const { job, resumed } = await startOrResumeJob(ports, request);
    expect({ state: job.state, resumed }).toEqual({ state: "running", resumed: false });
    expect(await real.get(other.jobId)).toMatchObject({ state: "complete", runner: "runner" });
  });
});

describe("a job that is taken over", () => {
  test.each(["running", "stopped"] as const)("was %s; its runner before is told", async (state) => {
    const before = await jobIn(state);
    expect(await store().takeOver(before, "other")).toMatchObject({ state: "running", runner: "other" });
    await expect(store().end(before, "stopped")).rejects.toMatchObject(takenOver);
  });

  test("is so although the answer was lost", async () => {
    const before = await jobIn("stopped");
    expect(await storeOver(losing()).takeOver(before, "other")).toMatchObject({ runner: "other" });
  });
});

describe("a job that is to be cancelled", () => {
  test("and is run by nobody is so at once, and says when; also where the answer was lost", async () => {
    for (const jobStore of [store(), storeOver(losing())]) {
      const cancelled = await jobStore.requestCancel(await jobIn("stopped"));
      expect(cancelled).toMatchObject({
        ...{ state: "cancelled", cancelRequested: true, endedAt: now().toISOString() },
      });
    }
  });

  test("and is run by somebody goes on until they see it", async () => {
    const asked = await store().requestCancel(await jobIn("running"));
    expect(asked).toMatchObject({ state: "running", cancelRequested: true });
    expect(asked).not.toHaveProperty("endedAt");
  });

  test("and was gone on with since it was looked at is not cancelled under whoever runs it now", async () => {
    const stopped = await jobIn("stopped");
    await store().takeOver(stopped, "other");
    await expect(store().requestCancel(stopped)).rejects.toMatchObject(takenOver);
    expect(await store().get(stopped.jobId)).toMatchObject({ state: "running", cancelRequested: false });
  });
});
