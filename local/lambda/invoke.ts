/** An invocation by Lambda's API: waited for, or not (Lambda Developer Guide, "Invoking Lambda functions"). */
import type { Execution } from "./durable/execution.ts";
import { invalid } from "./durable/update.ts";
import { failureOf, type InvokeValue } from "./invoke-value.ts";
import type { DurableDriver } from "./durable/driver.ts";
import type { RestAnswer } from "./rest.ts";
import type { InvokeTarget } from "./target.ts";

interface Runtime {
  readonly driver: DurableDriver;
  readonly invoke: InvokeValue;
}

const maxSynchronousSeconds = 15 * 60;
/** "Lambda waits one minute before the second attempt and two minutes before the third" ("Asynchronous invocation"). */
const minutesBefore = [1, 2];

/** "If your durable function needs to run longer than 15 minutes, it must be invoked asynchronously." */
export async function invokeSync(
  { driver, invoke }: Runtime,
  target: InvokeTarget,
  input: string,
  name?: string,
): Promise<RestAnswer> {
  if (!target.fn.durable) {
    const event: unknown = JSON.parse(input);
    return invoke(target.fn, event).then(
      (value) => result(target, JSON.stringify(value ?? null)),
      (error: unknown) => failure(target, failureOf(error)),
    );
  }
  if (target.fn.durable.executionTimeoutSeconds > maxSynchronousSeconds)
    throw invalid("A durable function that may run longer than 15 minutes must be invoked asynchronously.");
  const { arn } = driver.start({ target, input, name });
  const execution = await driver.ended(arn);
  if (execution.status === "SUCCEEDED") return result(target, execution.result ?? "null", execution);
  return failure(target, execution.error ?? { ErrorType: execution.status }, execution);
}

/** An execution is started; of a plain function that fails, the invocation is repeated as the template says. */
export function invokeAsync(
  { driver, invoke }: Runtime,
  target: InvokeTarget,
  input: string,
  name?: string,
): RestAnswer {
  if (target.fn.durable) {
    const execution = driver.start({ target, input, name });
    return { status: 202, headers: headersOf(target, execution), body: "" };
  }
  const qualifier = target.arn.slice(target.fn.arn.length + 1) || "$LATEST";
  const retries = target.fn.asyncRetries?.[qualifier] ?? 2;
  const event: unknown = JSON.parse(input);
  const attempt = (number: number): void => {
    invoke(target.fn, event).catch(() => {
      const minutes = number < retries ? minutesBefore[number] : undefined;
      if (minutes !== undefined) setTimeout(() => attempt(number + 1), minutes * 60_000).unref();
    });
  };
  attempt(0);
  return { status: 202, headers: headersOf(target), body: "" };
}

function result(target: InvokeTarget, body: string, execution?: Execution): RestAnswer {
  return { status: 200, headers: headersOf(target, execution), body };
}

function failure(
  target: InvokeTarget,
  { ErrorType, ErrorMessage, StackTrace }: ReturnType<typeof failureOf>,
  execution?: Execution,
): RestAnswer {
  const body = JSON.stringify({ errorType: ErrorType, errorMessage: ErrorMessage, stackTrace: StackTrace });
  const headers = { ...headersOf(target, execution), "x-amz-function-error": "Unhandled" };
  return { status: 200, headers, body };
}

function headersOf({ version }: InvokeTarget, execution?: Execution): Record<string, string> {
  return {
    "x-amz-executed-version": version,
    ...(execution && { "x-amz-durable-execution-arn": execution.arn }),
  };
}
