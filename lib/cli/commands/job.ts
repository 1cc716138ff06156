import { Argument, type Command } from "commander";
import { isEnded, type Job } from "../../jobs/job.ts";
import { OperatorError } from "../../jobs/operator-error.ts";
import { jobAnswer, jobLines } from "../job-runs.ts";
import { DEFAULT_SEGMENTS, rewrap } from "../rewrap.ts";
import { Session, type Cli } from "../session.ts";
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
    .description("stop one for good; whatever it did stays")
    .addArgument(jobId)
    .action(async (id: string, _options: unknown, self: Command) => {
      const session = await sessionOf(cli, self);
      const one = await found(session, id);
      if (isEnded(one)) throw new OperatorError("REFUSED", `The job has ended: ${one.state}`);
      answer(cli, await session.jobs.requestCancel(one));
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

async function resume(cli: Cli, session: Session, job: Job): Promise<void> {
  if (isEnded(job)) throw new OperatorError("REFUSED", `The job has ended: ${job.state}`);
  if (job.kind !== "rewrap") {
    const again = job.kind === "reseal" ? "migrate" : job.kind;
    throw new OperatorError("REFUSED", `It needs its options again: waxseal ${again} goes on with it`);
  }
  const options = {
    dryRun: job.aim["dryRun"] !== undefined,
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
