/**
 * Runs durable executions as Lambda does: invokes the function, keeps what it checkpoints, and invokes it again
 * when a wait, a retry or a chained invocation is over, or its environment was lost (Lambda Developer Guide,
 * "Lambda durable functions"; what the function is sent and answers is read from its SDK, 2.4.0).
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Caller } from "../../aws/protocol.ts";
import type { FunctionResource, LocalStack } from "../../stack.ts";
import { mayInvoke } from "../authorise.ts";
import { failureOf, type InvokeValue } from "../invoke-value.ts";
import { invokeTarget, type InvokeTarget } from "../target.ts";
import { chainedEnd } from "./chained.ts";
import { applyUpdates, closeExecution } from "./checkpoint.ts";
import { endOf, invocationEvent, statePage, type End, type Ending } from "./exchange.ts";
import { isClosed, type ErrorObject, type Execution } from "./execution.ts";
import { Executions } from "./executions.ts";
import { newExecution, type StartRequest } from "./new-execution.ts";
import { Session } from "./session.ts";
import { nextDue, passed } from "./timing.ts";
import { invalid, operationUpdates } from "./update.ts";

/**
 * "recovered from the last checkpoint after a growing backoff" and about nine times (seen at AWS, issue 362 of
 * jogold/cloudstructs, July 2026). How long AWS waits is not documented; here it is shorter, people are watching.
 */
const maxFailures = 9;
const firstBackoffMs = 10;

export interface DriverOptions {
  /** As it is deployed now. */
  readonly stack: () => LocalStack;
  /** The functions as they are deployed now. */
  readonly code: () => InvokeValue;
  /** Keeps the executions. */
  readonly file: string | undefined;
}

export class DurableDriver {
  readonly #stack: () => LocalStack;
  readonly #code: () => InvokeValue;
  readonly #executions: Executions;
  readonly #sessions = new Map<string, Session>();
  readonly #ends = new Map<string, ((execution: Execution) => void)[]>();
  #stopped = false;

  constructor({ stack, code, file }: DriverOptions) {
    this.#stack = stack;
    this.#code = code;
    this.#executions = new Executions(stack, file);
  }

  /** Goes on with what a process before this one left running. */
  resume(): void {
    for (const execution of this.#executions.all()) if (!isClosed(execution)) this.#begin(execution);
    for (const execution of this.#executions.all())
      for (const id of execution.chained.keys()) if (!isClosed(execution)) this.#chain(execution.arn, id);
  }

  /** Nothing is written, invoked or answered after it. */
  close(): void {
    this.#stopped = true;
    for (const session of this.#sessions.values()) session.end();
  }

  /**
   * A name that is taken gives its execution again, running or closed, if the payload is the same (Lambda
   * Developer Guide, "Idempotency").
   *
   * @throws AwsError `DurableExecutionAlreadyStartedException`
   */
  start({ target, name = randomUUID(), input, parent }: StartRequest): Execution {
    const existing = this.#executions.named(target, name, input);
    if (existing) return existing;
    const execution = newExecution({ target, name, input, ...(parent && { parent }) });
    this.#executions.put(execution);
    this.#begin(execution);
    return execution;
  }

  /** @throws AwsError `ResourceNotFoundException` */
  get(arn: string): Execution {
    return this.#executions.get(arn);
  }

  /** Those of a function that are retained, the last started first. */
  list(fn: FunctionResource): Execution[] {
    return this.#executions.of(fn).sort((one, other) => other.startedAt.localeCompare(one.startedAt));
  }

  /** Until it is closed. */
  async ended(arn: string): Promise<Execution> {
    const execution = this.get(arn);
    if (isClosed(execution)) return execution;
    return new Promise((resolve) => this.#ends.set(arn, [...(this.#ends.get(arn) ?? []), resolve]));
  }

  /** Until all that run with these functions are closed. */
  async endedOf(code: InvokeValue | undefined): Promise<void> {
    const pinned = [...this.#sessions].filter(([, { invoke }]) => invoke === code);
    await Promise.all(pinned.map(([arn]) => this.ended(arn)));
  }

  /** One that is closed stays as it is. */
  stop(arn: string, error: ErrorObject): Execution {
    if (!isClosed(this.get(arn))) this.#end(arn, "STOPPED", { error });
    return this.get(arn);
  }

  /** Applies all updates or none; `caller` is the function's role, which starts what is chained. */
  checkpoint(arn: string, caller: Caller, input: Readonly<Record<string, unknown>>): object {
    const { CheckpointToken: token, ClientToken: clientToken, Updates } = input;
    const { last } = this.#sessions.get(arn) ?? {};
    if (last && clientToken !== undefined && last.clientToken === clientToken && last.token === token)
      return last.answer;
    const session = this.#sessionOf(arn, token);
    this.#passTime(arn);
    const before = this.get(arn);
    const after = applyUpdates(before, operationUpdates(Updates), Date.now());
    this.#put(after);
    for (const id of after.chained.keys()) if (!before.chained.has(id)) this.#chain(arn, id, caller);
    const { operations } = this.get(arn);
    const Operations = session.takeUnseen().flatMap((id) => operations.get(id) ?? []);
    const answer = {
      ...(!isClosed(after) && { CheckpointToken: session.renewToken() }),
      NewExecutionState: { Operations },
    };
    session.last = { clientToken, token, answer };
    return answer;
  }

  /** A page of the state; `marker` is how many operations come before it. */
  state(arn: string, token: unknown, marker = 0, size = 1000) {
    this.#sessionOf(arn, token);
    return statePage(this.get(arn), marker, size);
  }

  #sessionOf(arn: string, token: unknown): Session {
    const session = this.#sessions.get(arn);
    // The SDK tells by these words that the invocation is over and the execution is not.
    if (!session || session.token !== token) throw invalid("Invalid Checkpoint Token");
    return session;
  }

  #begin({ arn }: Execution): void {
    this.#sessions.set(arn, new Session(this.#code()));
    this.#passTime(arn);
    void this.#run(arn);
  }

  async #run(arn: string): Promise<void> {
    for (let failures = 0; this.#isRunning(arn);) {
      const error = await this.#invokeOnce(arn);
      failures = error ? failures + 1 : 0;
      if (!this.#isRunning(arn)) return;
      if (failures === maxFailures) this.#end(arn, "FAILED", { error });
      else if (error) await sleep(firstBackoffMs * 2 ** failures, undefined, { ref: false });
      else await this.#sessions.get(arn)?.change();
    }
  }

  /** Returns the error of an invocation that gave no answer. */
  async #invokeOnce(arn: string): Promise<ErrorObject | undefined> {
    const session = this.#sessions.get(arn);
    const execution = this.get(arn);
    const fn = this.#executions.functionOf(execution);
    if (!session || !fn) return { ErrorType: "ResourceNotFoundException" };
    try {
      const answer = await session.invoke(fn, invocationEvent(execution, session));
      if (!this.#isRunning(arn)) return undefined;
      const end = endOf(answer, this.get(arn), session.unseen.size);
      if (end) this.#end(arn, end.status, end);
      return undefined;
    } catch (error) {
      return failureOf(error);
    } finally {
      // What an invocation that is over still sends changes nothing.
      session.renewToken();
    }
  }

  /** What has become due by now: the end of waits, the next attempts of steps, the execution's own timeout. */
  #passTime(arn: string): void {
    if (!this.#isRunning(arn)) return;
    const execution = this.get(arn);
    const deadline = this.#executions.deadlineOf(execution);
    if (deadline <= Date.now()) return this.#end(arn, "TIMED_OUT", {});
    const after = passed(execution, Date.now());
    if (after !== execution) this.#put(after);
    else this.#sessions.get(arn)?.at(nextDue(execution, deadline), () => this.#passTime(arn));
  }

  #put(execution: Execution): void {
    if (this.#stopped) return;
    const { arn } = execution;
    const session = this.#sessions.get(arn);
    session?.addUnseen(this.#executions.put(execution));
    if (!isClosed(execution)) {
      session?.at(nextDue(execution, this.#executions.deadlineOf(execution)), () => this.#passTime(arn));
      return;
    }
    session?.end();
    this.#sessions.delete(arn);
    for (const tell of this.#ends.get(arn) ?? []) tell(execution);
    this.#ends.delete(arn);
    this.#tellParent(execution);
  }

  #end(arn: string, status: End, ending: Ending): void {
    this.#put(closeExecution(this.get(arn), status, ending, Date.now()));
  }

  #tellParent({ parent, status, result, error }: Execution): void {
    if (parent && status !== "RUNNING")
      this.#endChained(parent.arn, parent.operationId, status, { result, error });
  }

  /** Starts a chained invocation, or takes one up; without a caller it was allowed before. */
  #chain(arn: string, id: string, caller?: Caller): void {
    const { functionName, payload } = this.get(arn).chained.get(id) ?? { functionName: "", payload: "" };
    try {
      const target = invokeTarget(this.#stack(), functionName);
      if (caller) mayInvoke(caller, target);
      const parent = { arn, operationId: id };
      const child = this.#executions.childOf(arn, id);
      if (child) {
        if (isClosed(child)) this.#tellParent(child);
      } else if (target.fn.durable) this.start({ target, input: payload, parent });
      else void this.#chainPlain(arn, id, target, payload);
    } catch (error) {
      this.#endChained(arn, id, "FAILED", { error: failureOf(error) });
    }
  }

  async #chainPlain(arn: string, id: string, { fn }: InvokeTarget, payload: string): Promise<void> {
    try {
      const value = await this.#code()(fn, JSON.parse(payload));
      this.#endChained(arn, id, "SUCCEEDED", { result: JSON.stringify(value ?? null) });
    } catch (error) {
      this.#endChained(arn, id, "FAILED", { error: failureOf(error) });
    }
  }

  #endChained(arn: string, id: string, status: End, ending: Ending): void {
    const execution = this.#executions.find(arn);
    const ended = execution && !isClosed(execution) && chainedEnd(execution, id, status, ending);
    if (ended) this.#put(ended);
  }

  #isRunning(arn: string): boolean {
    return !this.#stopped && this.#executions.find(arn)?.status === "RUNNING";
  }
}
