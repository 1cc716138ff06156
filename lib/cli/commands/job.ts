import { Argument, type Command } from "commander";
import { isEnded, type Job } from "../../jobs/job.ts";
import { currentWrapping } from "../../jobs/kms-key.ts";
import { OperatorError } from "../../jobs/operator-error.ts";
import { isSameAim } from "../../jobs/start-job.ts";
import { rewrapAim } from "../../rewrap/wrapping.ts";
import { jobAnswer, jobLines } from "../job-runs.ts";
import { DEFAULT_SEGMENTS } from "../../rewrap/rewrap-page.ts";
import { rewrap } from "../rewrap.ts";
import { randomId, Session, type Cli } from "../session.ts";
import { table } from "../terminal.ts";

interface Flags {
  readonly stage?: string;
}

/** `waxseal job list|status|resume|cancel` */
export function addJob(program: Command, cli: Cli): void {
  const job = program.command("job").description("the jobs that ran and run: rewraps, migrations, imports");
  const jobId = new Argument("<job>", "its id, as `waxseal job list` shows it");
  job
    .command("list")
    .description("all that are kept, newest first")
    .action(async (_options: unknown, self: Command) => {
      const jobs = await (await sessionOf(cli, self)).jobs.list();
      cli.terminal.answer({ schemaVersion: 1, jobs: jobs.map(shown) }, () => listLines(jobs));
    });
  job
    .command("status")
    .description("where one is, or what came of it")
    .addArgument(jobId)
    .action(async (id: string, _options: unknown, self: Command) => {
      answer(cli, await found(await sessionOf(cli, self), id));
    });
  job
    .command("cancel")
    .description("stop one for good; whatever it did stays. Said twice, also one whose process was killed")
    .addArgument(jobId)
    .action(async (id: string, _options: unknown, self: Command) => {
      const session = await sessionOf(cli, self);
      const one = await found(session, id);
      if (isEnded(one)) throw new OperatorError("REFUSED", `The job has ended: ${one.state}`);
      answer(cli, await cancelled(session, one));
    });
  job
    .command("resume")
    .description("go on with one that was stopped, here and now")
    .addArgument(jobId)
    .action(async (id: string, _options: unknown, self: Command) => {
      const session = await sessionOf(cli, self);
      await resume(cli, session, await found(session, id));
    });
}

/** Whoever runs it is asked to end it. Asked once more it is ended here: they were killed, or are told at their next page. */
async function cancelled({ jobs }: Session, job: Job): Promise<Job> {
  const isAsked = job.state === "running" && job.cancelRequested;
  if (!isAsked) return jobs.requestCancel(job);
  return jobs.end(await jobs.takeOver(job, randomId()), "cancelled");
}

async function resume(cli: Cli, session: Session, job: Job): Promise<void> {
  if (isEnded(job)) throw new OperatorError("REFUSED", `The job has ended: ${job.state}`);
  if (job.kind !== "rewrap") {
    const again = job.kind === "reseal" ? "migrate run" : job.kind;
    throw new OperatorError("REFUSED", `It needs its options again: waxseal ${again} goes on with it`);
  }
  const dryRun = job.aim["dryRun"] !== undefined;
  const { kms } = await session.under("rewrap");
  const current = await currentWrapping(kms, session.deployment.writeEncryptionKeyId);
  if (!isSameAim(job.aim, rewrapAim(current, dryRun)))
    throw new OperatorError("REFUSED", "It was for other key material than is in use now: waxseal rewrap");
  const options = {
    dryRun,
    segments: DEFAULT_SEGMENTS,
    share: session.deployment.kmsShare,
    failures: undefined,
  };
  const ended = await rewrap(cli, session, options);
  if (ended.state !== "complete") cli.exitCode = 1;
  answer(cli, ended);
}

function sessionOf(cli: Cli, self: Command): Promise<Session> {
  return Session.open(cli, self.optsWithGlobals<Flags>().stage);
}

async function found({ jobs }: Session, jobId: string): Promise<Job> {
  const job = await jobs.get(jobId);
  if (!job) throw new OperatorError("JOB_NOT_FOUND", "There is no such job: waxseal job list");
  return job;
}

function answer(cli: Cli, job: Job): void {
  cli.terminal.answer({ schemaVersion: 1, ...jobAnswer(job), ...shown(job) }, () => jobLines(job));
}

function shown({ jobId, kind, state, startedAt, updatedAt, endedAt, startedBy, aim, segments, counts }: Job) {
  return {
    ...{ jobId, kind, state, startedAt, updatedAt, endedAt, startedBy, aim, counts },
    segments: { total: segments.length, done: segments.filter(({ done }) => done).length },
  };
}

function listLines(jobs: readonly Job[]): string[] {
  if (jobs.length === 0) return ["No job has run."];
  const rows = jobs.map(({ jobId, state, startedAt, counts }) => {
    const { scanned = 0, failed = 0 } = counts;
    return [jobId, state, startedAt, `${scanned} scanned, ${failed} failed`] as const;
  });
  return table(rows);
}
