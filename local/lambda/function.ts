import { randomUUID } from "node:crypto";
import { localRegion, type FunctionResource } from "../stack.ts";
import { Environment, type InvocationResult } from "./environment.ts";

/**
 * At most this many environments of a function; what comes beyond waits, where Lambda would throttle. More cost
 * memory and, on two cores, time: a hundred users took 18 s with 32, 15 s with 12, 14 s with 8 (November 2026).
 */
const MAX_ENVIRONMENTS = 16;
/** A request waits this long for a running environment before another is started. */
const PATIENCE_MS = 100;

/** What the AWS SDK in a function reads to find its credentials and this machine's endpoint. */
export interface FunctionIdentity {
  readonly accessKeyId: string;
  readonly awsEndpoint: string;
}

interface Waiting {
  readonly resolve: (environment: Environment) => void;
  readonly reject: (error: unknown) => void;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** A function and its environments: each runs one invocation at a time and is used again, as on Lambda. */
export class LambdaFunction {
  readonly #fn: FunctionResource;
  readonly #variables: Record<string, string>;
  readonly #onLine: (line: string) => void;
  readonly #environments = new Set<Environment>();
  readonly #idle: Environment[] = [];
  readonly #waiting: Waiting[] = [];
  #isStarting = false;

  constructor(fn: FunctionResource, identity: FunctionIdentity, onLine: (line: string) => void) {
    this.#fn = fn;
    this.#variables = variablesOf(fn, identity);
    this.#onLine = onLine;
  }

  /**
   * @param kill - ends the environment under the invocation, for tests.
   * @throws {InvocationFailed} if the function gave no answer.
   */
  async invoke(event: unknown, kill?: AbortSignal): Promise<InvocationResult> {
    const environment = await this.#acquire();
    const end = () => void environment.close();
    kill?.addEventListener("abort", end, { once: true });
    if (kill?.aborted) end();
    const { functionName, arn, memoryMegabytes, timeoutSeconds } = this.#fn;
    const context = {
      awsRequestId: randomUUID(),
      functionName,
      invokedFunctionArn: arn,
      memoryLimitInMB: String(memoryMegabytes),
      deadline: Date.now() + timeoutSeconds * 1000,
    };
    return environment.invoke(event, context, () => {
      kill?.removeEventListener("abort", end);
      this.#release(environment);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#environments].map((environment) => environment.close()));
  }

  #acquire(): Promise<Environment> {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (!idle.closed) return Promise.resolve(idle);
      this.#environments.delete(idle);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject, since: Date.now() });
      this.#startIfNeeded();
    });
  }

  /** One at a time: many that start at once keep the processor from each other and from those that run. */
  #startIfNeeded(): void {
    const [first] = this.#waiting;
    if (!first || this.#isStarting || this.#environments.size >= MAX_ENVIRONMENTS) return;
    const patience = this.#environments.size === 0 ? 0 : first.since + PATIENCE_MS - Date.now();
    if (patience > 0) {
      setTimeout(() => {
        this.#startIfNeeded();
      }, patience).unref();
      return;
    }
    void this.#start();
  }

  async #start(): Promise<void> {
    this.#isStarting = true;
    const environment = new Environment(this.#fn, this.#variables, this.#onLine);
    this.#environments.add(environment);
    // A bundle that cannot be loaded fails the request that made it start, as on Lambda.
    await environment.ready.catch((error: unknown) => this.#waiting.shift()?.reject(error));
    this.#isStarting = false;
    this.#release(environment);
  }

  #release(environment: Environment): void {
    if (environment.closed) {
      this.#environments.delete(environment);
    } else {
      const next = this.#waiting.shift();
      if (next) next.resolve(environment);
      else this.#idle.push(environment);
    }
    this.#startIfNeeded();
  }
}

/** The variables that Lambda sets ("Defined runtime environment variables"), and the template's. */
function variablesOf(fn: FunctionResource, identity: FunctionIdentity): Record<string, string> {
  return {
    _HANDLER: fn.handler,
    AWS_REGION: localRegion,
    AWS_DEFAULT_REGION: localRegion,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: fn.functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMegabytes),
    AWS_ACCESS_KEY_ID: identity.accessKeyId,
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "local",
    AWS_ENDPOINT_URL: identity.awsEndpoint,
    // Not the developer's, whose ~/.aws/config the SDK would read.
    HOME: fn.codeDirectory,
    TZ: ":UTC",
    ...fn.environment,
  };
}
