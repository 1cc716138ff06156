/**
 * What a checkpoint makes of an execution: all of its updates or none. The transitions are those of AWS's own
 * emulation (`@aws/durable-execution-sdk-js-testing` 1.1.4), against which a test holds them.
 */
import { executionId, isOpen, type ChainedInvoke, type Execution, type Operation } from "./execution.ts";
import { byteLength, invalid, type OperationUpdate } from "./update.ts";

/** Lambda Developer Guide, "Lambda quotas": both "cannot be increased". */
export const maxOperations = 3_000;
const maxWrittenBytes = 100 * 1024 * 1024;

type Draft = Pick<Execution, "operations" | "chained" | "used" | "written"> & {
  readonly operations: Map<string, Operation>;
  readonly chained: Map<string, ChainedInvoke>;
};

/**
 * @param now - epoch milliseconds.
 * @throws AwsError `InvalidParameterValueException` for what is not allowed; `execution` is never changed.
 */
export function applyUpdates(
  execution: Execution,
  updates: readonly OperationUpdate[],
  now: number,
): Execution {
  const operations = new Map(execution.operations);
  const chained = new Map(execution.chained);
  let { used, written } = execution;
  let after = execution;
  for (const update of updates) {
    if (update.Type !== "EXECUTION") {
      const before = operations.get(update.Id);
      if (!before || update.Action === "RETRY") used += 1;
      operate({ operations, chained, used, written }, update, now);
    }
    written += byteLength(update.Payload) + byteLength(update.Error && JSON.stringify(update.Error));
    if (used > maxOperations)
      throw invalid(`An execution can have at most ${maxOperations} durable operations.`);
    if (written > maxWrittenBytes) throw invalid("An execution can write at most 100 MB.");
    after = { ...after, operations, chained, used, written };
    if (update.Type === "EXECUTION") after = closed(after, update, now);
  }
  return after;
}

/** The oversized result of the whole, whatever id the SDK gives it. */
function closed(execution: Execution, { Action, Payload, Error }: OperationUpdate, now: number): Execution {
  if (Action === "SUCCEED") return closeExecution(execution, "SUCCEEDED", { result: Payload ?? "" }, now);
  if (Action === "FAIL") return closeExecution(execution, "FAILED", { error: Error }, now);
  throw invalid("Invalid EXECUTION action.");
}

/** Ends it. Its operations stay as they are, except the one that stands for it. */
export function closeExecution(
  execution: Execution,
  status: Exclude<Execution["status"], "RUNNING">,
  { result, error }: { result?: string | undefined; error?: Execution["error"] | undefined },
  now: number,
): Execution {
  const itself = execution.operations.get(executionId(execution));
  const endedAt = new Date(now).toISOString();
  return {
    ...(itself ? withOperation(execution, { ...itself, Status: status, EndTimestamp: endedAt }) : execution),
    status,
    endedAt,
    ...(result !== undefined && { result }),
    ...(error && { error }),
  };
}

export function withOperation(execution: Execution, operation: Operation): Execution {
  return { ...execution, operations: new Map(execution.operations).set(operation.Id, operation) };
}

function operate({ operations, chained }: Draft, update: OperationUpdate, now: number): void {
  const before = operations.get(update.Id);
  if (update.ParentId !== undefined && operations.get(update.ParentId)?.Type !== "CONTEXT")
    throw invalid("Invalid parent operation id.");
  operations.set(update.Id, nextOf(before ?? started(update, now), before, update, now));
  if (update.Type !== "CHAINED_INVOKE" || update.Action !== "START") return;
  const functionName = update.ChainedInvokeOptions?.FunctionName;
  if (functionName === undefined) throw invalid("ChainedInvokeOptions.FunctionName is required.");
  chained.set(update.Id, { functionName, payload: update.Payload ?? "{}" });
}

function started({ Id, Type, ParentId, Name, SubType }: OperationUpdate, now: number): Operation {
  return {
    Id,
    Type,
    Status: "STARTED",
    StartTimestamp: new Date(now).toISOString(),
    ...(ParentId !== undefined && { ParentId }),
    ...(Name !== undefined && { Name }),
    ...(SubType !== undefined && { SubType }),
  };
}

function nextOf(
  operation: Operation,
  before: Operation | undefined,
  update: OperationUpdate,
  now: number,
): Operation {
  const { Type, Action } = update;
  if (before && before.Type !== Type) throw invalid("Invalid type of an operation that exists.");
  if (before && !isOpen(before)) throw invalid(`Invalid current ${Type} state to change.`);
  if (Action === "START") return start(operation, before, update, now);
  if (Action === "CANCEL" && Type !== "STEP" && Type !== "CONTEXT" && before)
    return { ...operation, Status: "CANCELLED", EndTimestamp: new Date(now).toISOString() };
  if (Type === "STEP" && before?.Status === "PENDING") throw invalid("Invalid current STEP state to close.");
  if (Type === "STEP" && Action === "RETRY") return retry(operation, update, now);
  if ((Type === "STEP" || Type === "CONTEXT") && (Action === "SUCCEED" || Action === "FAIL"))
    return end(operation, update, now);
  throw invalid(`Invalid ${Type} action.`);
}

function start(
  operation: Operation,
  before: Operation | undefined,
  update: OperationUpdate,
  now: number,
): Operation {
  if (before && before.Status !== "READY")
    throw invalid(`Cannot start a ${update.Type} that already exists.`);
  if (update.Type !== "WAIT") return { ...operation, Status: "STARTED" };
  const seconds = update.WaitOptions?.WaitSeconds;
  if (seconds === undefined) throw invalid("WaitOptions.WaitSeconds is required.");
  return { ...operation, WaitDetails: { ScheduledEndTimestamp: after(seconds, now) } };
}

function retry(
  operation: Operation,
  { StepOptions, Payload, Error }: OperationUpdate,
  now: number,
): Operation {
  if (!StepOptions) throw invalid("Invalid StepOptions for the given action.");
  const StepDetails = {
    Attempt: (operation.StepDetails?.Attempt ?? 0) + 1,
    NextAttemptTimestamp: after(StepOptions.NextAttemptDelaySeconds, now),
    ...outcomeOf(Payload, Error),
  };
  return { ...operation, Status: "PENDING", StepDetails };
}

function end(operation: Operation, update: OperationUpdate, now: number): Operation {
  const { Action, Payload, Error, ContextOptions } = update;
  if (Action === "FAIL" && Payload !== undefined) throw invalid("Cannot provide a Payload for FAIL action.");
  if (Action === "SUCCEED" && Error) throw invalid("Cannot provide an Error for SUCCEED action.");
  const ended: Operation = {
    ...operation,
    Status: Action === "SUCCEED" ? "SUCCEEDED" : "FAILED",
    EndTimestamp: new Date(now).toISOString(),
  };
  const outcome = outcomeOf(Payload, Error);
  return operation.Type === "STEP"
    ? { ...ended, StepDetails: { ...outcome, Attempt: (operation.StepDetails?.Attempt ?? 0) + 1 } }
    : { ...ended, ContextDetails: { ...outcome, ...ContextOptions } };
}

function outcomeOf(Result: string | undefined, Error: OperationUpdate["Error"]) {
  return { ...(Result !== undefined && { Result }), ...(Error && { Error }) };
}

function after(seconds: number, now: number): string {
  return new Date(now + seconds * 1000).toISOString();
}
