/** The composition root of the function that rewraps; apart from `lib/compose.ts`, since it knows other settings. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { newId } from "../compose.ts";
import { JobStore } from "../jobs/job-store.ts";
import { currentWrapping } from "../jobs/kms-key.ts";
import { pacedKms, pacer } from "../jobs/pacer.ts";
import { rewrapEnvironment } from "../jobs/rewrap-environment.ts";
import { kmsDataKeyRewrapper } from "../kms/data-key-rewrapper.ts";
import { createLogger, type Logger } from "../log/logger.ts";
import type { DurableRewrapPorts } from "./durable-ports.ts";
import { AT_ONCE, PAGE_SIZE } from "./rewrap-page.ts";
import { WrappingStore } from "./wrapping-store.ts";

/** One attempt a call: retries are counted and named by us. Milliseconds. */
const client = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

export interface DurableComposition {
  readonly ports: DurableRewrapPorts;
  readonly logger: Logger;
}

/** @throws {WaxsealError} `INVALID_SETTINGS` */
export function composeDurableRewrap(environment: Readonly<NodeJS.ProcessEnv>): DurableComposition {
  const { stage, table, jobsTable, encryptionKeyId, kmsRate, self, operations } =
    rewrapEnvironment(environment);
  const caller = environment["POWERTOOLS_SERVICE_NAME"] ?? "waxseal-rewrap";
  const logger = createLogger(caller);
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(client));
  const kms = new KMSClient(client);
  // One pace for all pages of an environment, which works on one segment at a time.
  let pace: { readonly segments: number; readonly pacer: ReturnType<typeof pacer> } | undefined;
  const paceOf = (segments: number) => {
    if (pace?.segments !== segments) pace = { segments, pacer: pacer(kmsRate / segments) };
    return pace.pacer;
  };
  const now = () => new Date();
  const ports: DurableRewrapPorts = {
    jobs: new JobStore({ dynamo, table: jobsTable, now }),
    currentWrapping: () => currentWrapping(kms, encryptionKeyId),
    pagePorts: (current, dryRun, segments) => ({
      store: new WrappingStore({ dynamo, table, caller, now }),
      rewrapper: kmsDataKeyRewrapper(pacedKms(kms, paceOf(segments)), current.encryptionKeyId),
      stage,
      current,
      dryRun,
      atOnce: AT_ONCE,
      pageSize: PAGE_SIZE,
    }),
    logger,
    self,
    operations,
    now,
    newId,
  };
  return { ports, logger };
}
