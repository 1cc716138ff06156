import { kmsDataKeyRewrapper } from "../kms/data-key-rewrapper.ts";
import type { Job } from "../jobs/job.ts";
import { pacedKms, pacer } from "../jobs/pacer.ts";
import { noneRewrapped, rewrapPage, type RewrapPagePorts } from "../rewrap/rewrap-page.ts";
import { WrappingStore } from "../rewrap/wrapping-store.ts";
import type { CurrentWrapping } from "../rewrap/wrapping.ts";
import type { AwsClients } from "./aws.ts";
import { currentWrapping } from "./census.ts";
import { runHere, startOrResume } from "./job-runs.ts";
import { now, type Cli, type Session } from "./session.ts";

export interface RewrapOptions {
  readonly dryRun: boolean;
  readonly segments: number;
  /** Percent of the KMS quota. */
  readonly share: number;
  readonly failures: string | undefined;
}

export const DEFAULT_SEGMENTS = 4;
const PAGE_SIZE = 100;
const AT_ONCE = 8;

/** Rewraps in this process, under the rewrap role; goes on with a job that was stopped. */
export async function rewrap(cli: Cli, session: Session, options: RewrapOptions): Promise<Job> {
  const clients = await session.under("rewrap");
  const current = await currentWrapping(clients.kms, session.deployment.writeEncryptionKeyId);
  const job = await startOrResume(cli, session, {
    kind: "rewrap",
    aim: { ...current, ...(options.dryRun && { dryRun: "yes" }) },
    segments: options.segments,
    counts: noneRewrapped,
  });
  const ports = rewrapPorts(session, clients, current, options);
  const step = (segment: number, segments: number, cursor: Parameters<typeof rewrapPage>[4]) =>
    rewrapPage(ports, job.jobId, segment, segments, cursor);
  return runHere(cli, session, job, step, options.failures);
}

function rewrapPorts(
  { deployment }: Session,
  { dynamo, kms }: AwsClients,
  current: CurrentWrapping,
  { dryRun, share }: Pick<RewrapOptions, "dryRun" | "share">,
): RewrapPagePorts {
  const { table, stage, kmsQuota } = deployment;
  const paced = pacedKms(kms, pacer((kmsQuota * share) / 100));
  return {
    store: new WrappingStore({ dynamo, table, caller: "waxseal rewrap", now }),
    rewrapper: kmsDataKeyRewrapper(paced, current.encryptionKeyId),
    stage,
    current,
    dryRun,
    atOnce: AT_ONCE,
    pageSize: PAGE_SIZE,
  };
}
