import { DescribeKeyCommand, KMSClient, RotateKeyOnDemandCommand } from "@aws-sdk/client-kms";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { JobStore } from "../../lib/jobs/job-store.ts";
import { isEnded, newJobId, type Job } from "../../lib/jobs/job.ts";
import { runJob } from "../../lib/jobs/run-job.ts";
import type { KmsSender } from "../../lib/kms/answer.ts";
import { kmsDataKeyRewrapper } from "../../lib/kms/data-key-rewrapper.ts";
import type { DynamoSender } from "../../lib/provider-keys/write-record.ts";
import type { RetryPolicy } from "../../lib/retry.ts";
import { noneRewrapped, rewrapPage } from "../../lib/rewrap/rewrap-page.ts";
import { WrappingStore } from "../../lib/rewrap/wrapping-store.ts";
import type { LocalSystem } from "../../local/system.ts";
import { awsConfig, tableName } from "./local-system.ts";

/** The clients of a run, which a test may put something before. */
export interface Senders {
  readonly kms: KmsSender;
  readonly dynamo: DynamoSender;
}

/** As patient as a job is, without the waiting. */
export const impatient: RetryPolicy = { maxAttempts: 10, longestDelayMs: 0, wait: async () => undefined };

export function rewrapRole(system: LocalSystem): string {
  return system.stack.outputs["RewrapRole"] ?? "";
}

/** Under the rewrap role, as the command runs it; jobs are noted by the administrator. */
export function sendersOf(system: LocalSystem): Senders & { readonly jobs: DynamoSender } {
  const accessKeyId = system.accessKeyIdOfRole(rewrapRole(system));
  const config = { ...awsConfig(system), credentials: { accessKeyId, secretAccessKey: "local" } };
  return {
    kms: new KMSClient(config),
    dynamo: DynamoDBDocumentClient.from(new DynamoDBClient(config)),
    jobs: DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system))),
  };
}

export async function currentMaterial(system: LocalSystem): Promise<string> {
  const kms = new KMSClient(awsConfig(system));
  const KeyId = system.stack.outputs["EncryptionKeyArn"];
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
  return KeyMetadata?.CurrentKeyMaterialId ?? "";
}

/** New key material, at once. */
export async function rotateMaterial(system: LocalSystem): Promise<void> {
  const before = await currentMaterial(system);
  const kms = new KMSClient(awsConfig(system));
  await kms.send(new RotateKeyOnDemandCommand({ KeyId: system.stack.outputs["EncryptionKeyArn"] }));
  while ((await currentMaterial(system)) === before) await new Promise(setImmediate);
}

export interface RunOptions {
  readonly segments?: number;
  readonly pageSize?: number;
  readonly senders: Senders & { readonly jobs: DynamoSender };
}

/** Begins a rewrap or goes on with the one that was begun, in this process. */
export async function runRewrap(system: LocalSystem, options: RunOptions): Promise<Job> {
  const { senders, segments = 4, pageSize = 20 } = options;
  const { EncryptionKeyArn: encryptionKeyId = "", JobsTable: table = "" } = system.stack.outputs;
  const jobs = new JobStore({ dynamo: senders.jobs, table, now, retry: impatient });
  const current = { encryptionKeyId, keyMaterialId: await currentMaterial(system) };
  const runner = crypto.randomUUID();
  const unfinished = (await jobs.list()).find((one) => !isEnded(one));
  const at = new Date().toISOString();
  const fresh = { page: 0, done: false };
  const job = unfinished
    ? await jobs.takeOver(unfinished, runner)
    : await jobs.create({
        jobId: newJobId("rewrap", new Date(), runner),
        ...{ kind: "rewrap", state: "running", startedAt: at, updatedAt: at, startedBy: "test" },
        ...{ aim: { ...current }, segments: Array.from({ length: segments }, () => fresh) },
        ...{ counts: noneRewrapped, failures: [], runner, cancelRequested: false },
      });
  const ports = {
    store: new WrappingStore({
      dynamo: senders.dynamo,
      table: tableName(system),
      caller: "test",
      now,
      retry: impatient,
    }),
    rewrapper: kmsDataKeyRewrapper(senders.kms, encryptionKeyId, impatient),
    stage: "local",
    current,
    dryRun: false,
    atOnce: 4,
    pageSize,
  };
  const step = (segment: number, all: number, cursor: Parameters<typeof rewrapPage>[4]) =>
    rewrapPage(ports, job.jobId, segment, all, cursor);
  return runJob({ jobs, step }, job);
}

function now(): Date {
  return new Date();
}
