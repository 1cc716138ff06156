/**
 * Lambda's API, as much as is used, in AWS's REST-JSON protocol (paths and shapes: Lambda API Reference).
 * The functions themselves come later than the endpoint whose address they are given: `serve` brings them.
 */
import { AwsError, unknownOperation, type JsonObject } from "../aws/protocol.ts";
import type { LocalStack } from "../stack.ts";
import { authoriseLambda, mayInvoke } from "./authorise.ts";
import { DurableDriver } from "./durable/driver.ts";
import type { ErrorObject, Execution } from "./durable/execution.ts";
import { invokeAsync, invokeSync } from "./invoke.ts";
import type { InvokeValue } from "./invoke-value.ts";
import type { RestAnswer, RestCall } from "./rest.ts";
import { findFunction, invokeTarget } from "./target.ts";

type Operation = (call: RestCall, parameter: string) => Promise<RestAnswer> | RestAnswer;

export class LambdaService {
  readonly driver: DurableDriver;
  #stack: LocalStack;
  #serving: InvokeValue | undefined;

  /**
   * @param file - keeps durable executions.
   * @throws AwsError for a rule whose target cannot be invoked.
   */
  constructor(stack: LocalStack, file?: string) {
    this.#stack = assertTargets(stack);
    const code = () => this.#serving ?? this.invoke;
    this.driver = new DurableDriver({ stack: () => this.#stack, file, code });
  }

  /** From now on functions can be invoked, and executions that a process before this one left go on. */
  serve(invoke: InvokeValue): void {
    this.#serving = invoke;
    this.driver.resume();
  }

  /**
   * Goes over to another version of the stack and its functions. "Invoke functions with version numbers or aliases to
   * pin executions to specific code versions" (Lambda Developer Guide, "Best practices for Lambda durable functions"):
   * what has begun goes on with the functions that it began with. Both are version `1` here.
   *
   * @returns when nothing needs the earlier functions any more.
   * @throws AwsError for a rule whose target cannot be invoked; nothing is changed then.
   */
  deploy(stack: LocalStack, invoke: InvokeValue): Promise<void> {
    this.#stack = assertTargets(stack);
    const before = this.#serving;
    this.#serving = invoke;
    return this.driver.endedOf(before);
  }

  readonly invoke: InvokeValue = async (fn, event, kill) => {
    if (!this.#serving) throw new AwsError("ServiceException", "The functions are starting", { status: 503 });
    return this.#serving(fn, event, kill);
  };

  /** By the function's ARN, qualified or not; for who was allowed to. @throws AwsError where it is not invoked. */
  async invokeByArn(functionArn: string, event: unknown, kill?: AbortSignal): Promise<unknown> {
    return this.invoke(invokeTarget(this.#stack, functionArn).fn, event, kill);
  }

  /** The ARN of the function's role. @throws AwsError `ResourceNotFoundException` */
  roleOf(functionArn: string): string {
    return findFunction(this.#stack, functionArn).fn.roleArn;
  }

  /** @throws AwsError also where there is no such operation. */
  async call(call: RestCall): Promise<RestAnswer> {
    const { operation, parameter } = this.#find(call) ?? {};
    if (operation) return operation(call, parameter ?? "");
    throw unknownOperation("Lambda", `${call.method} for this path`);
  }

  /** Its name in Lambda's API: `Invoke`; empty where there is none. */
  operationOf(call: RestCall): string {
    return this.#find(call)?.name ?? "";
  }

  #find({ method, path }: RestCall) {
    for (const [name, itsMethod, pattern, operation] of this.#operations) {
      const match = method === itsMethod ? pattern.exec(path) : null;
      if (match) return { name, operation, parameter: decodeURIComponent(match[1] ?? "") };
    }
    return undefined;
  }

  /** An asynchronous invocation by a service that the function's policy admits, as EventBridge. */
  deliver(functionArn: string, payload: string): void {
    invokeAsync(this, invokeTarget(this.#stack, functionArn), payload);
  }

  readonly #operations: readonly (readonly [string, string, RegExp, Operation])[] = [
    ["Invoke", "POST", /^\/2015-03-31\/functions\/([^/]+)\/invocations$/, (c, name) => this.#invoke(c, name)],
    [
      "ListDurableExecutionsByFunction",
      "GET",
      /^\/2025-12-01\/functions\/([^/]+)\/durable-executions$/,
      (call, name) => this.#list(call, name),
    ],
    [
      "GetDurableExecution",
      "GET",
      /^\/2025-12-01\/durable-executions\/([^/]+)$/,
      (call, arn) => this.#get(call, arn),
    ],
    [
      "CheckpointDurableExecution",
      "POST",
      /^\/2025-12-01\/durable-executions\/([^/]+)\/checkpoint$/,
      (call, arn) => this.#checkpoint(call, arn),
    ],
    [
      "GetDurableExecutionState",
      "GET",
      /^\/2025-12-01\/durable-executions\/([^/]+)\/state$/,
      (call, arn) => this.#state(call, arn),
    ],
    [
      "StopDurableExecution",
      "POST",
      /^\/2025-12-01\/durable-executions\/([^/]+)\/stop$/,
      (call, arn) => this.#stop(call, arn),
    ],
  ];

  async #invoke({ caller, query, header, body }: RestCall, name: string): Promise<RestAnswer> {
    const found = findFunction(this.#stack, name, query.get("Qualifier") ?? undefined);
    mayInvoke(caller, found);
    const target = invokeTarget(this.#stack, found.arn);
    const executionName = header("x-amz-durable-execution-name");
    const payload = body.length === 0 ? "{}" : JSON.stringify(jsonIn(body));
    const type = header("x-amz-invocation-type") ?? "RequestResponse";
    if (type === "DryRun") return { status: 204, body: "" };
    if (type === "Event") return invokeAsync(this, target, payload, executionName);
    return invokeSync(this, target, payload, executionName);
  }

  #checkpoint({ caller, body }: RestCall, arn: string): RestAnswer {
    authoriseLambda(caller, "lambda:CheckpointDurableExecution", arn);
    return ok(this.driver.checkpoint(arn, caller, jsonIn(body) as JsonObject));
  }

  #state({ caller, query }: RestCall, arn: string): RestAnswer {
    authoriseLambda(caller, "lambda:GetDurableExecutionState", arn);
    const number = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined);
    return ok(this.driver.state(arn, query.get("CheckpointToken"), number("Marker"), number("MaxItems")));
  }

  #get({ caller, query }: RestCall, arn: string): RestAnswer {
    authoriseLambda(caller, "lambda:GetDurableExecution", arn);
    const execution = this.driver.get(arn);
    const withData = query.get("IncludeExecutionData") !== "false";
    return ok({
      ...summaryOf(execution),
      Version: execution.version,
      ...(withData && { InputPayload: execution.input, Result: execution.result, Error: execution.error }),
    });
  }

  #list({ caller, query }: RestCall, name: string): RestAnswer {
    const { fn, arn, version } = findFunction(this.#stack, name, query.get("Qualifier") ?? undefined);
    authoriseLambda(caller, "lambda:ListDurableExecutionsByFunction", arn);
    const statuses = query.getAll("Statuses");
    const wantedName = query.get("DurableExecutionName");
    const found = this.driver.list(fn).filter((one) => {
      if (arn !== fn.arn && one.version !== version) return false;
      return (
        (statuses.length === 0 || statuses.includes(one.status)) && (wantedName ?? one.name) === one.name
      );
    });
    if (query.get("ReverseOrder") === "true") found.reverse();
    const from = Number(query.get("Marker") ?? 0);
    const to = from + Number(query.get("MaxItems") ?? 100);
    return ok({
      DurableExecutions: found.slice(from, to).map(summaryOf),
      ...(to < found.length && { NextMarker: String(to) }),
    });
  }

  #stop({ caller, body }: RestCall, arn: string): RestAnswer {
    authoriseLambda(caller, "lambda:StopDurableExecution", arn);
    const error = body.length === 0 ? {} : (jsonIn(body) as ErrorObject);
    return ok({ StopTimestamp: this.driver.stop(arn, error).endedAt });
  }
}

function assertTargets(stack: LocalStack): LocalStack {
  for (const { targets } of stack.rules ?? [])
    for (const { functionArn } of targets) invokeTarget(stack, functionArn);
  return stack;
}

function summaryOf(execution: Execution) {
  return {
    DurableExecutionArn: execution.arn,
    DurableExecutionName: execution.name,
    FunctionArn: execution.functionArn,
    Status: execution.status,
    StartTimestamp: execution.startedAt,
    EndTimestamp: execution.endedAt,
  };
}

/** Timestamps are seconds since the epoch here, and ISO 8601 in an invocation's event. */
function ok(body: object): RestAnswer {
  const seconds = (name: string, value: unknown) =>
    name.endsWith("Timestamp") && typeof value === "string" ? Date.parse(value) / 1000 : value;
  return { status: 200, body: JSON.stringify(body, seconds) };
}

/** Never quotes what it cannot read. */
function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    throw new AwsError("InvalidRequestContentException", "The payload is not JSON", {
      members: { Type: "User" },
    });
  }
}
