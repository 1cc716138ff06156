/** Pure: what time makes of an execution. */
import { withOperation } from "./checkpoint.ts";
import { dueAt, type Execution, type Operation } from "./execution.ts";

/** The execution with everything that is due by `now` (epoch milliseconds): waits over, next attempts ready. */
export function passed(execution: Execution, now: number): Execution {
  const due = [...execution.operations.values()].filter((one) => (dueAt(one) ?? Infinity) <= now);
  return due.reduce((after, operation) => withOperation(after, onTime(operation, now)), execution);
}

/** When something is due next, in epoch milliseconds. */
export function nextDue({ operations }: Execution, deadline: number): number {
  let next = deadline;
  for (const operation of operations.values()) next = Math.min(next, dueAt(operation) ?? Infinity);
  return next;
}

function onTime(operation: Operation, now: number): Operation {
  if (operation.Type === "STEP") return { ...operation, Status: "READY" };
  return { ...operation, Status: "SUCCEEDED", EndTimestamp: new Date(now).toISOString() };
}
