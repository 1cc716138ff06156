import { AwsError } from "../aws/protocol.ts";
import type { FunctionResource } from "../stack.ts";
import type { ErrorObject } from "./durable/execution.ts";
import { InvocationFailed, type InvocationResult } from "./environment.ts";

/** Invokes a function and gives what it returned; `kill` ends its environment, for tests. @throws {InvocationFailed} */
export type InvokeValue = (fn: FunctionResource, event: unknown, kill?: AbortSignal) => Promise<unknown>;

/** By the functions' short names. One that streams has no value. */
export function invokeValue(functions: {
  invoke(name: string, event: unknown, kill?: AbortSignal): Promise<InvocationResult>;
}): InvokeValue {
  return async ({ name }, event, kill) => {
    const result = await functions.invoke(name, event, kill);
    if (result.streamed) result.body.destroy();
    if (result.streamed) throw new InvocationFailed("Runtime.NoValue");
    return result.value;
  };
}

/** As a caller is told of it. */
export function failureOf(error: unknown): ErrorObject {
  if (error instanceof InvocationFailed)
    return { ErrorType: error.message, ErrorMessage: error.detail ?? error.message };
  if (error instanceof AwsError) return { ErrorType: error.code, ErrorMessage: error.message };
  return { ErrorType: "Error" };
}
