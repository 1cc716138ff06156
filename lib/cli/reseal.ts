import type { CipherSuite } from "../envelope/suites.ts";
import type { Job } from "../jobs/job.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import { pacedKms, pacer } from "../jobs/pacer.ts";
import { kmsDataKeyGenerator } from "../kms/data-key-generator.ts";
import { kmsDataKeyUnwrapper } from "../kms/data-key-unwrapper.ts";
import type { Cursor } from "../provider-keys/walk.ts";
import { noneResealed, resealPage, type ResealPagePorts } from "../reseal/reseal-page.ts";
import { ResealStore } from "../reseal/reseal-store.ts";
import { patientRetry } from "../retry.ts";
import type { AwsClients } from "./aws.ts";
import type { Deployment } from "./deployment.ts";
import { runHere, startOrResume } from "./job-runs.ts";
import { now, randomId, type Cli, type Session } from "./session.ts";

export interface ResealOptions {
  readonly to: CipherSuite;
  readonly dryRun: boolean;
  readonly segments: number;
  /** Percent of the KMS quota. */
  readonly share: number;
  readonly failures: string | undefined;
}

const PAGE_SIZE = 100;
const AT_ONCE = 8;

/**
 * Reseals in this process, under the role for it; goes on with a job that was stopped.
 *
 * @throws {OperatorError} `REFUSED`, `NOT_SWITCHED_ON`: nothing was done.
 */
export async function reseal(cli: Cli, session: Session, options: ResealOptions): Promise<Job> {
  refuseUnlessReady(session.deployment, options.to);
  const ports = resealPorts(session, await session.under("reseal"), options);
  const job = await startOrResume(cli, session, {
    kind: "reseal",
    aim: { suite: options.to, ...(options.dryRun && { dryRun: "yes" }) },
    segments: options.segments,
    counts: noneResealed,
  });
  const step = (segment: number, segments: number, cursor: Cursor) =>
    resealPage(ports, job.jobId, segment, segments, cursor);
  return runHere(cli, session, job, step, options.failures);
}

/** Readers before writers before the rest: what is moved must open everywhere, and stay where it was moved to. */
function refuseUnlessReady({ stage, status, writeSuite, readSuites }: Deployment, to: CipherSuite): void {
  if (/(?<!CLEANUP)_IN_PROGRESS$/.test(status)) {
    throw new OperatorError("REFUSED", `The stack is being deployed (${status}): run it when that is done`);
  }
  if (writeSuite !== to) {
    const deploy = `npx cdk deploy -c stage=${stage} -c writeSuite=${to}`;
    const back = `--to ${writeSuite} moves the others back`;
    throw new OperatorError("REFUSED", `New seals have ${writeSuite}, not ${to}: ${deploy}; or ${back}`);
  }
  if (!readSuites.includes(writeSuite)) {
    const both = `readSuites=${[...readSuites, writeSuite].sort().join(",")}`;
    const deploy = `npx cdk deploy -c stage=${stage} -c ${both}`;
    throw new OperatorError("REFUSED", `${writeSuite} would be refused by those who read: ${deploy}`);
  }
}

function resealPorts(
  { deployment }: Session,
  { dynamo, kms }: AwsClients,
  { to, dryRun, share }: ResealOptions,
): ResealPagePorts {
  const { table, stage, readSuites, endpoints, kmsQuota, writeEncryptionKeyId } = deployment;
  const paced = pacedKms(kms, pacer((kmsQuota * share) / 100));
  return {
    store: new ResealStore({ dynamo, table, caller: "waxseal migrate", now }),
    dataKeys: kmsDataKeyGenerator(paced, writeEncryptionKeyId, patientRetry),
    unwrapperFor: (useId) => kmsDataKeyUnwrapper(paced, useId, patientRetry),
    newId: randomId,
    suite: to,
    stage,
    readSuites,
    endpoints,
    dryRun,
    atOnce: AT_ONCE,
    pageSize: PAGE_SIZE,
  };
}
