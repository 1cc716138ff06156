import { randomUUID } from "node:crypto";
import type { InvokeTarget } from "../target.ts";
import type { Execution, Operation } from "./execution.ts";
import { byteLength } from "./update.ts";

export interface StartRequest {
  readonly target: InvokeTarget;
  readonly name?: string | undefined;
  /** JSON. */
  readonly input: string;
  readonly parent?: NonNullable<Execution["parent"]>;
}

/** Its first operation stands for itself, and holds the input. */
export function newExecution(request: StartRequest & { readonly name: string }): Execution {
  const { target, name, input, parent } = request;
  const id = randomUUID();
  const startedAt = new Date().toISOString();
  const itself: Operation = {
    Id: id,
    Type: "EXECUTION",
    Status: "STARTED",
    StartTimestamp: startedAt,
    Name: name,
    ExecutionDetails: { InputPayload: input },
  };
  return {
    arn: `${target.fn.arn}:${target.version}/durable-execution/${name}/${id}`,
    name,
    functionArn: target.fn.arn,
    version: target.version,
    input,
    startedAt,
    ...(parent && { parent }),
    operations: new Map([[id, itself]]),
    chained: new Map(),
    used: 1,
    written: byteLength(input),
    status: "RUNNING",
  };
}
