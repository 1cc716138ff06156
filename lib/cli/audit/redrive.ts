/** A redrive, from outside: the function that does it is called until it has looked at all. */
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod/mini";
import { failureName } from "../../aws-failure.ts";
import type { Left, Redriven } from "../../audit/redrive.ts";
import { OperatorError } from "../../jobs/operator-error.ts";
import type { Cli, Session } from "../session.ts";

export interface RedriveSummary extends Omit<Redriven, "next"> {
  /** Whether all was looked at; not where a signal came. */
  readonly isWhole: boolean;
}

const batchSchema = z.object({
  ...{ table: z.string(), shardId: z.string(), from: z.string(), to: z.string(), why: z.string() },
  records: z.int(),
});
const answerSchema = z.object({
  batches: z.int(),
  records: z.int(),
  left: z.array(
    z.object({
      object: z.string(),
      reason: z.enum(["NOT_RECORDED", "WITHOUT_RECORDS", "MALFORMED"]),
      batch: z.optional(batchSchema),
    }),
  ),
  next: z.nullable(z.string()),
});

/**
 * Under the role that may call the function, and nothing else.
 *
 * @throws {OperatorError} `REFUSED`, `AWS_UNAVAILABLE`: what was recorded until then is, and is gone from the bucket.
 */
export async function redriveAll(cli: Cli, session: Session, dryRun: boolean): Promise<RedriveSummary> {
  const { lambda } = await session.under("auditRedrive");
  const left: Left[] = [];
  let [batches, records, after] = [0, 0, ""];
  while (!cli.signal.aborted) {
    const answer = await ask(lambda, session.deployment.audit.redriveFunction, { dryRun, after });
    batches += answer.batches;
    records += answer.records;
    left.push(...answer.left);
    cli.terminal.progress(`audit redrive: ${batches} batches, ${records} records, ${left.length} left`);
    if (answer.next === null) return { batches, records, left, isWhole: true };
    after = answer.next;
  }
  return { batches, records, left, isWhole: false };
}

async function ask(
  lambda: LambdaClient,
  FunctionName: string,
  request: { readonly dryRun: boolean; readonly after: string },
): Promise<Redriven> {
  const Payload = JSON.stringify({ task: "redrive", ...request });
  const { FunctionError, Payload: answer } = await lambda
    .send(new InvokeCommand({ FunctionName, Payload }))
    .catch((error: unknown) => {
      const name = failureName(error);
      const code = name === "AccessDeniedException" ? "REFUSED" : "AWS_UNAVAILABLE";
      throw new OperatorError(code, `Lambda refused: ${name}`);
    });
  const read = FunctionError === undefined && answer ? readAnswer(answer.transformToString()) : undefined;
  if (read) return read;
  throw new OperatorError(
    "AWS_UNAVAILABLE",
    "The function that redrives failed; its log says why. Run it again",
  );
}

function readAnswer(text: string): Redriven | undefined {
  const { data } = z.safeParse(answerSchema, JSON.parse(text));
  if (!data) return undefined;
  const left = data.left.map(({ object, reason, batch }) => ({ object, reason, ...(batch && { batch }) }));
  return { ...data, left };
}
