import {
  GetCommand,
  ScanCommand,
  UpdateCommand,
  type ScanCommandInput,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { unfinishedAttributes } from "../attributes.ts";
import { refusalOf, repeatable } from "../provider-keys/store-failures.ts";
import type { Cursor } from "../provider-keys/walk.ts";
import type { DynamoSender } from "../provider-keys/write-record.ts";
import { patientRetry, type RetryPolicy } from "../retry.ts";
import { isJob, itemOf, jobOf, MAX_KEPT_FAILURES, type JobItem } from "./job-item.ts";
import { isEnded, type Counts, type Failure, type Job, type JobKind, type JobState } from "./job.ts";
import { OperatorError } from "./operator-error.ts";

/** What is noted after a page. */
export interface Checkpoint {
  readonly segment: number;
  /** Counted from 1. */
  readonly page: number;
  readonly next: Cursor;
  readonly counts: Counts;
  readonly failures: readonly Failure[];
}

export interface JobStoreProps {
  readonly dynamo: DynamoSender;
  readonly table: string;
  readonly now: () => Date;
  readonly retry?: RetryPolicy;
}

/**
 * The `Jobs` table. A page is noted once: by whoever runs the job now, after the page before it.
 *
 * Everything here throws `STORE_UNAVAILABLE` (retryable), `ACCESS_DENIED_BY_AWS`; what changes a job,
 * `JOB_TAKEN_OVER` where another process runs it meanwhile.
 */
export class JobStore {
  readonly #props: JobStoreProps;

  constructor(props: JobStoreProps) {
    this.#props = props;
  }

  async create(job: Job): Promise<Job> {
    const { jobId: _jobId, ...attributes } = itemOf(job);
    const names = Object.keys(attributes);
    return this.#update(job, {
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
      // Or it is this very job: the answer to its creation was lost.
      ConditionExpression: "attribute_not_exists(#jobId) OR #runner = :runner",
      ExpressionAttributeNames: { "#jobId": "jobId", ...aliased(names) },
      ExpressionAttributeValues: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [`:${name}`, value]),
      ),
    });
  }

  async get(jobId: string): Promise<Job | undefined> {
    const command = new GetCommand({ TableName: this.#props.table, Key: { jobId }, ConsistentRead: true });
    const { Item } = await this.#send("GetItem", () => this.#props.dynamo.send(command));
    return Item && jobOf(Item);
  }

  /** All jobs that are kept, newest first. */
  async list(): Promise<Job[]> {
    const items = await this.#scan({});
    return items.filter(isJob).map(jobOf).sort(newestFirst);
  }

  /** Those of a kind that may be gone on with. Of the table only what tells them is read, and then each. */
  async unfinished(kind: JobKind): Promise<Job[]> {
    const items = await this.#scan({
      Select: "SPECIFIC_ATTRIBUTES",
      ProjectionExpression: unfinishedAttributes.map((name) => `#${name}`).join(", "),
      ExpressionAttributeNames: aliased(unfinishedAttributes),
      ConsistentRead: true,
    });
    const found = items
      .filter((item) => item["kind"] === kind && (item["state"] === "running" || item["state"] === "stopped"))
      .map(({ jobId }) => this.get(String(jobId)));
    const jobs = (await Promise.all(found)).flatMap((job) => (job && !isEnded(job) ? [job] : []));
    return jobs.sort(newestFirst);
  }

  /** From now on `runner` runs it, and whoever did is told at their next page. What has ended stays as it ended. */
  takeOver(job: Job, runner: string): Promise<Job> {
    const { ExpressionAttributeValues: values, ...update } = set({
      runner,
      state: "running",
      updatedAt: this.#at(),
    });
    return this.#update(
      { ...job, runner },
      {
        ...update,
        ConditionExpression: "#state IN (:state, :stopped)",
        ExpressionAttributeValues: { ...values, ":stopped": "stopped" },
      },
    );
  }

  /** @returns the job after the page, which may say that it is to be cancelled. */
  async checkpoint(job: Job, { segment, page, next, counts, failures }: Checkpoint): Promise<Job> {
    const kept = failures.slice(0, Math.max(0, MAX_KEPT_FAILURES - job.failures.length));
    const noted = { page, done: next === undefined, ...(next && { cursor: next }) };
    const counted = Object.entries(counts).map(([name]) => `#counts.#${name} = #counts.#${name} + :${name}`);
    const command = {
      UpdateExpression: `SET ${[
        "#segments.#segment = :noted",
        "#updatedAt = :at",
        ...counted,
        ...(kept.length > 0 ? ["#failures = list_append(#failures, :failures)"] : []),
      ].join(", ")}`,
      ConditionExpression: "#runner = :runner AND #segments.#segment.#page = :before",
      ExpressionAttributeNames: {
        "#segment": `s${segment}`,
        ...aliased(["segments", "updatedAt", "counts", "runner", "page", ...Object.keys(counts)]),
        ...(kept.length > 0 && { "#failures": "failures" }),
      },
      ExpressionAttributeValues: {
        ":noted": noted,
        ":at": this.#at(),
        ":runner": job.runner,
        ":before": page - 1,
        ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [`:${name}`, count])),
        ...(kept.length > 0 && { ":failures": kept }),
      },
    };
    return this.#update(job, command, (now) => now.segments[segment]?.page === page);
  }

  end(job: Job, state: JobState): Promise<Job> {
    const at = this.#at();
    return this.#update(
      job,
      {
        ...set({ state, updatedAt: at, ...(state !== "stopped" && { endedAt: at }) }, { runner: job.runner }),
      },
      (now) => now.state === state,
    );
  }

  /** Whoever runs it stops after its page; one that nobody runs is cancelled. If it is still as it was read. */
  requestCancel(job: Job): Promise<Job> {
    const wanted = job.state === "stopped" ? { state: "cancelled", endedAt: this.#at() } : {};
    const {
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
      ...update
    } = set({
      cancelRequested: true,
      ...wanted,
    });
    const ifUnchanged = {
      ...update,
      ConditionExpression: "#state = :was",
      ExpressionAttributeNames: { ...names, "#state": "state" },
      ExpressionAttributeValues: { ...values, ":was": job.state },
    };
    return this.#update(job, ifUnchanged, ({ state }) => state === "cancelled");
  }

  async #scan(what: Omit<ScanCommandInput, "TableName">): Promise<JobItem[]> {
    const items: JobItem[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const command = new ScanCommand({ TableName: this.#props.table, ...what, ExclusiveStartKey: start });
      const page = await this.#send("Scan", () => this.#props.dynamo.send(command));
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start);
    return items;
  }

  #at(): string {
    return this.#props.now().toISOString();
  }

  /** @param isDone - whether a refused write was ours after all, and its answer was lost. */
  async #update(
    { jobId, runner }: Job,
    update: Omit<UpdateCommandInput, "TableName" | "Key">,
    isDone: (now: Job) => boolean = () => false,
  ): Promise<Job> {
    const { table: TableName, dynamo } = this.#props;
    const command = new UpdateCommand({ TableName, Key: { jobId }, ReturnValues: "ALL_NEW", ...update });
    try {
      const { Attributes } = await repeatable("UpdateItem (job)", () => dynamo.send(command), this.#policy());
      return jobOf(Attributes ?? {});
    } catch (error) {
      if (!refusalOf(error)) throw error;
      const now = await this.get(jobId);
      if (now?.runner === runner && isDone(now)) return now;
      throw new OperatorError(
        "JOB_TAKEN_OVER",
        `Another process runs the job ${jobId}, or it has ended: waxseal job status ${jobId}`,
      );
    }
  }

  async #send<Answer>(operation: string, send: () => Promise<Answer>): Promise<Answer> {
    return repeatable(operation, send, this.#policy());
  }

  #policy(): RetryPolicy {
    return this.#props.retry ?? patientRetry;
  }
}

function newestFirst(one: Job, other: Job): number {
  return one.startedAt < other.startedAt ? 1 : -1;
}

function set(values: Readonly<Record<string, unknown>>, when: Readonly<Record<string, unknown>> = {}) {
  const names = Object.keys(values);
  const conditions = Object.keys(when);
  return {
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
    ...(conditions.length > 0 && {
      ConditionExpression: conditions.map((name) => `#${name} = :${name}`).join(" AND "),
    }),
    ExpressionAttributeNames: aliased([...names, ...conditions]),
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries({ ...values, ...when }).map(([name, value]) => [`:${name}`, value]),
    ),
  };
}

function aliased(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`#${name}`, name]));
}
