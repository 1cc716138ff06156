/** What a function is sent and what it answers, as its SDK (2.4.0) reads and writes both. */
import {
  dueAt,
  isOpen,
  visibleOperations,
  type ErrorObject,
  type Execution,
  type Operation,
} from "./execution.ts";
import type { Session } from "./session.ts";

/** What the invocation's event has of the state; the rest the SDK asks for page by page. */
const firstPage = 100;

export type End = Exclude<Execution["status"], "RUNNING">;
export interface Ending {
  readonly result?: string | undefined;
  readonly error?: ErrorObject | undefined;
}

export function invocationEvent(execution: Execution, session: Session) {
  return {
    DurableExecutionArn: execution.arn,
    CheckpointToken: session.renewToken(),
    InitialExecutionState: statePage(execution, 0, firstPage),
    UpdatedOperationIds: session.takeUnseen(),
  };
}

export function statePage(execution: Execution, from: number, size: number) {
  const operations = visibleOperations(execution);
  const to = from + size;
  return {
    Operations: operations.slice(from, to),
    ...(to < operations.length && { NextMarker: String(to) }),
  };
}

/** How the execution ends by that answer; undefined where it goes on. The words are those of AWS's own emulation. */
export function endOf(
  answer: unknown,
  { operations }: Execution,
  unseen: number,
): (Ending & { status: End }) | undefined {
  const { Status, Result, Error } = (answer ?? {}) as {
    Status?: string;
    Result?: string;
    Error?: ErrorObject;
  };
  if (Status === "SUCCEEDED") return { status: "SUCCEEDED", result: Result };
  if (Status === "FAILED") return { status: "FAILED", error: Error };
  const problem =
    Status !== "PENDING"
      ? "Invalid Status in invocation output."
      : "Cannot return PENDING status with no pending operations.";
  if (Status === "PENDING" && (unseen > 0 || [...operations.values()].some(isPending))) return undefined;
  return { status: "FAILED", error: { ErrorType: "InvalidParameterValueException", ErrorMessage: problem } };
}

function isPending(operation: Operation): boolean {
  return dueAt(operation) !== undefined || (operation.Type === "CHAINED_INVOKE" && isOpen(operation));
}
