/**
 * A durable execution, as it is kept. Members that AWS names (Lambda API Reference, "Operation" and "Execution")
 * have its names, so that they are sent as they are; timestamps are ISO 8601, as in the invocation's event.
 */
export interface ErrorObject {
  readonly ErrorType?: string;
  readonly ErrorMessage?: string;
  readonly ErrorData?: string;
  readonly StackTrace?: readonly string[];
}

export type OperationStatus =
  "STARTED" | "PENDING" | "READY" | "SUCCEEDED" | "FAILED" | "CANCELLED" | "TIMED_OUT" | "STOPPED";

export interface Operation {
  readonly Id: string;
  readonly Type: "EXECUTION" | "CONTEXT" | "STEP" | "WAIT" | "CHAINED_INVOKE";
  readonly Status: OperationStatus;
  readonly StartTimestamp: string;
  readonly EndTimestamp?: string;
  readonly ParentId?: string;
  readonly Name?: string;
  readonly SubType?: string;
  readonly ExecutionDetails?: { readonly InputPayload: string };
  readonly ContextDetails?: Outcome & { readonly ReplayChildren?: boolean };
  readonly StepDetails?: Outcome & { readonly Attempt: number; readonly NextAttemptTimestamp?: string };
  readonly WaitDetails?: { readonly ScheduledEndTimestamp: string };
  readonly ChainedInvokeDetails?: Outcome;
}

interface Outcome {
  readonly Result?: string;
  readonly Error?: ErrorObject;
}

/** What a chained invocation was asked for, by its operation's id; until it has ended. */
export interface ChainedInvoke {
  readonly functionName: string;
  readonly payload: string;
}

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "STOPPED";

export interface Execution {
  readonly arn: string;
  readonly name: string;
  /** Of the function, without a qualifier. */
  readonly functionArn: string;
  /** `1`, or `$LATEST`. */
  readonly version: string;
  readonly input: string;
  readonly startedAt: string;
  /** The execution that waits for this one, and in which of its operations. */
  readonly parent?: { readonly arn: string; readonly operationId: string };
  readonly operations: ReadonlyMap<string, Operation>;
  readonly chained: ReadonlyMap<string, ChainedInvoke>;
  /** Durable operations so far: this execution, its operations, and every retry of a step. */
  readonly used: number;
  /** Bytes of payloads and errors that were written so far. */
  readonly written: number;
  readonly status: ExecutionStatus;
  readonly endedAt?: string;
  readonly result?: string;
  readonly error?: ErrorObject;
}

/** The id of the operation that stands for the execution itself. */
export function executionId({ arn }: Pick<Execution, "arn">): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

export function isClosed({ status }: Execution): boolean {
  return status !== "RUNNING";
}

export function isOpen({ Status }: Operation): boolean {
  return Status === "STARTED" || Status === "PENDING" || Status === "READY";
}

/** When the operation goes on by itself, in epoch milliseconds: a wait's end, a step's next attempt. */
export function dueAt({ Type, Status, WaitDetails, StepDetails }: Operation): number | undefined {
  if (Type === "WAIT" && Status === "STARTED") return Date.parse(WaitDetails?.ScheduledEndTimestamp ?? "");
  if (Type === "STEP" && Status === "PENDING") return Date.parse(StepDetails?.NextAttemptTimestamp ?? "");
  return undefined;
}

/** Without the operations inside a finished context, which nobody replays. */
export function visibleOperations({ operations }: Execution): Operation[] {
  const hidden = new Set<string>();
  return [...operations.values()].filter(({ Id, ParentId }) => {
    const parent = ParentId === undefined ? undefined : operations.get(ParentId);
    if (!parent || (isOpen(parent) && !hidden.has(parent.Id))) return true;
    if (parent.ContextDetails?.ReplayChildren && !hidden.has(parent.Id)) return true;
    hidden.add(Id);
    return false;
  });
}
