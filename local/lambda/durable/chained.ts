import { withOperation } from "./checkpoint.ts";
import type { End, Ending } from "./exchange.ts";
import type { Execution } from "./execution.ts";

/** The execution with its chained invocation over; undefined where it has none of that id. */
export function chainedEnd(
  execution: Execution,
  id: string,
  status: End,
  { result, error }: Ending,
): Execution | undefined {
  const operation = execution.operations.get(id);
  if (!operation) return undefined;
  const chained = new Map(execution.chained);
  chained.delete(id);
  const ended = {
    ...operation,
    Status: status,
    EndTimestamp: new Date().toISOString(),
    ChainedInvokeDetails: {
      ...(result !== undefined && { Result: result }),
      ...(error && { Error: error }),
    },
  };
  return { ...withOperation(execution, ended), chained };
}
