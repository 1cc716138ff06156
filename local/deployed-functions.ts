import { finished } from "node:stream";
import type { InvocationResult } from "./lambda/environment.ts";
import { LambdaFunction, type FunctionIdentity } from "./lambda/function.ts";
import type { LogRing } from "./lambda/log-ring.ts";
import type { FunctionResource } from "./stack.ts";

/** The functions of one deployment. After the next one they finish what they are doing, and end. */
export class DeployedFunctions {
  readonly #functions: ReadonlyMap<string, RunningFunction>;

  constructor(
    functions: readonly FunctionResource[],
    identityOf: (fn: FunctionResource) => FunctionIdentity,
    logs: LogRing,
  ) {
    this.#functions = new Map(
      functions.map((fn) => {
        const lambda = new LambdaFunction(fn, identityOf(fn), logs.add(fn.name));
        return [fn.name, new RunningFunction(lambda, fn.timeoutSeconds)] as const;
      }),
    );
  }

  /**
   * @param kill - ends the environment under the invocation, for tests.
   * @throws {InvocationFailed} if the function gave no answer.
   */
  invoke(name: string, event: unknown, kill?: AbortSignal): Promise<InvocationResult> {
    const fn = this.#functions.get(name);
    if (!fn) throw new Error(`there is no function ${name} in the stack`);
    return fn.invoke(event, kill);
  }

  /** Each function ends when its last invocation has; settles when all have. */
  async retire(): Promise<void> {
    await Promise.all([...this.#functions.values()].map((fn) => fn.retire()));
  }

  /** Ends them at once. */
  async close(): Promise<void> {
    await Promise.all([...this.#functions.values()].map((fn) => fn.close()));
  }
}

class RunningFunction {
  readonly #lambda: LambdaFunction;
  readonly #timeoutMs: number;
  #running = 0;
  #onIdle: (() => void) | undefined;

  constructor(lambda: LambdaFunction, timeoutSeconds: number) {
    this.#lambda = lambda;
    this.#timeoutMs = timeoutSeconds * 1000;
  }

  async invoke(event: unknown, kill?: AbortSignal): Promise<InvocationResult> {
    this.#running += 1;
    try {
      const result = await this.#lambda.invoke(event, kill);
      if (result.streamed) this.#endAfter(result.body);
      else this.#end();
      return result;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async retire(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    await this.#lambda.close();
  }

  close(): Promise<void> {
    return this.#lambda.close();
  }

  /** Where a client has gone away the function is not told, as on Lambda: it may run on, until its time-out. */
  #endAfter(body: NodeJS.ReadableStream): void {
    finished(body, (error) => {
      if (error) setTimeout(() => this.#end(), this.#timeoutMs).unref();
      else this.#end();
    });
  }

  #end(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#onIdle?.();
  }
}
