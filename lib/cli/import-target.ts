import type { ImportTarget } from "../import/import-row.ts";
import { ImportStore } from "../import/import-store.ts";
import { noteBegin, noteEnd } from "../import/note-job.ts";
import type { ImportRun } from "../import/run-import.ts";
import { verifyImported } from "../import/verify.ts";
import { newJobId, type Job } from "../jobs/job.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import { pacedKms, pacer } from "../jobs/pacer.ts";
import { kmsDataKeyGenerator } from "../kms/data-key-generator.ts";
import { kmsDataKeyUnwrapper } from "../kms/data-key-unwrapper.ts";
import { patientRetry } from "../retry.ts";
import { isLocalEndpoint, type AwsClients } from "./aws.ts";
import type { ImportOptions } from "./import-options.ts";
import { now, randomId, Session, type Cli } from "./session.ts";

/** Where an import goes. */
export interface Aim {
  /** Absent: nobody is asked anything. */
  readonly target: ImportTarget | undefined;
  /** Once it has begun. */
  readonly jobId?: string | undefined;
  /** Notes that it begins. */
  begin(): Promise<void>;
  /** Notes what came of it, if it began. */
  end(run: ImportRun, isStopped: boolean): Promise<void>;
}

const nothingToNote = { begin: () => Promise.resolve(), end: () => Promise.resolve() };

export async function aimOf(cli: Cli, options: ImportOptions): Promise<Aim> {
  return options.dryRun
    ? { target: await lookedAt(cli, options.stage), ...nothingToNote }
    : imported(cli, options);
}

/** A dry run says what is there already where it can, and needs nobody for the rest. */
async function lookedAt(cli: Cli, stage: string | undefined): Promise<ImportTarget | undefined> {
  const { environment, terminal } = cli;
  const without = "what is there already is not looked at";
  if (stage === undefined && environment["WAXSEAL_STAGE"] === undefined && !isLocalEndpoint(environment)) {
    terminal.say(`No deployment is named (--stage), so ${without}. AWS is not asked.`);
    return undefined;
  }
  try {
    const session = await Session.open(cli, stage);
    return target(session, await session.under("import"));
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code === "USAGE") throw error;
    terminal.say(`${saidOf(error)}. So ${without}.`);
    return undefined;
  }
}

/** Its text is for the operator: see `OperatorError`. */
function saidOf({ code, message }: { readonly code: string; readonly message: string }): string {
  return `${code}: ${message}`;
}

async function imported(cli: Cli, { stage, share, verify }: ImportOptions): Promise<Aim> {
  const session = await Session.open(cli, stage);
  const clients = await session.under("import");
  const verifying = verify && (await session.under("importVerify"));
  const { deployment, jobs } = session;
  const pace = pacer((deployment.kmsQuota * (share ?? deployment.kmsShare)) / 100);
  const startedAt = now();
  const jobId = newJobId("import", startedAt, randomId());
  let job: Job | undefined;
  const dataKeys = kmsDataKeyGenerator(
    pacedKms(clients.kms, pace),
    deployment.writeEncryptionKeyId,
    patientRetry,
  );
  const verifyKms = verifying && pacedKms(verifying.kms, pace);
  const { writeSuite, readSuites, table, stage: stageName } = deployment;
  return {
    get jobId() {
      return job?.jobId;
    },
    target: {
      ...target(session, clients),
      writing: { jobId, dataKeys, writeSuite, now, newId: randomId },
      ...(verifyKms && {
        verify: (ownerId, slot, providerKey) => {
          const unwrapperFor = (useId: string) => kmsDataKeyUnwrapper(verifyKms, useId, patientRetry);
          const ports = { stage: stageName, table, readSuites, jobId, unwrapperFor, now, newId: randomId };
          return verifyImported({ ...ports, dynamo: verifying.dynamo }, ownerId, slot, providerKey);
        },
      }),
    },
    async begin() {
      const startedBy = session.caller;
      job = await noteBegin(jobs, {
        jobId,
        startedBy,
        startedAt: startedAt.toISOString(),
        runner: randomId(),
      });
    },
    async end(run, isStopped) {
      if (job) await noteEnd(jobs, job, run, isStopped);
    },
  };
}

function target({ deployment }: Session, { dynamo }: AwsClients): ImportTarget {
  const { stage, issuer, table } = deployment;
  return { stage, issuer, store: new ImportStore({ dynamo, table }) };
}
