import { AwsError } from "../../aws/protocol.ts";
import type { FunctionResource, LocalStack } from "../../stack.ts";
import type { InvokeTarget } from "../target.ts";
import type { Execution } from "./execution.ts";
import { ExecutionStore } from "./store.ts";

/** The executions that there are, and what their functions say of them. */
export class Executions {
  readonly #stack: () => LocalStack;
  readonly #store: ExecutionStore;

  /** @param file - keeps them. */
  constructor(stack: () => LocalStack, file: string | undefined) {
    this.#stack = stack;
    this.#store = new ExecutionStore(file, (execution) => this.#isRetained(execution));
  }

  all(): Execution[] {
    return this.#store.all();
  }

  find(arn: string): Execution | undefined {
    return this.#store.get(arn);
  }

  /** @throws AwsError `ResourceNotFoundException` */
  get(arn: string): Execution {
    const execution = this.find(arn);
    if (execution) return execution;
    throw new AwsError("ResourceNotFoundException", "There is no such durable execution.", {
      status: 404,
      members: { Type: "User" },
    });
  }

  /** Those of a function that are retained. */
  of({ arn }: FunctionResource): Execution[] {
    return this.all().filter((one) => one.functionArn === arn && this.#isRetained(one));
  }

  /**
   * The execution of that name, running or closed, if it is of the same payload and version (Lambda Developer
   * Guide, "Idempotency").
   *
   * @throws AwsError `DurableExecutionAlreadyStartedException` if it is not.
   */
  named({ fn, version }: InvokeTarget, name: string, input: string): Execution | undefined {
    const existing = this.of(fn).find((one) => one.name === name);
    if (!existing || (existing.input === input && existing.version === version)) return existing;
    throw new AwsError(
      "DurableExecutionAlreadyStartedException",
      "An execution with this name has already been started.",
      { status: 409, members: { Type: "User" } },
    );
  }

  childOf(parentArn: string, operationId: string): Execution | undefined {
    return this.all().find(({ parent }) => parent?.arn === parentArn && parent.operationId === operationId);
  }

  /** Returns the ids of the operations that are not as they were. */
  put(execution: Execution): string[] {
    return this.#store.put(execution);
  }

  functionOf({ functionArn }: Execution): FunctionResource | undefined {
    return this.#stack().functions.find((one) => one.arn === functionArn);
  }

  /** In epoch milliseconds. A function that is durable no more ends what it left. */
  deadlineOf(execution: Execution): number {
    const seconds = this.functionOf(execution)?.durable?.executionTimeoutSeconds ?? 0;
    return Date.parse(execution.startedAt) + seconds * 1000;
  }

  #isRetained(execution: Execution): boolean {
    if (execution.endedAt === undefined) return true;
    const days = this.functionOf(execution)?.durable?.retentionDays ?? 0;
    return Date.now() < Date.parse(execution.endedAt) + days * 86_400_000;
  }
}
