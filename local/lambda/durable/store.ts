import { renameSync, rmSync } from "node:fs";
import { appendJsonLine, readJsonLines } from "../../aws/files.ts";
import type { ChainedInvoke, Execution, Operation } from "./execution.ts";

/** A line of the file: what changed of an execution, its operations one by one. */
type Line = Omit<Execution, "operations" | "chained"> & {
  readonly operations: readonly Operation[];
  readonly chained: readonly (readonly [string, ChainedInvoke])[];
};

/** The executions; with a file they outlive this process, however it ends, to the last change that was put. */
export class ExecutionStore {
  readonly #executions = new Map<string, Execution>();
  readonly #file: string | undefined;

  /** @param isKept - what is not is forgotten when the file is opened. */
  constructor(file: string | undefined, isKept: (execution: Execution) => boolean) {
    this.#file = file;
    if (file === undefined) return;
    const lines = readJsonLines(file) as Line[];
    for (const line of lines) this.#executions.set(line.arn, merged(this.#executions.get(line.arn), line));
    for (const execution of this.#executions.values())
      if (!isKept(execution)) this.#executions.delete(execution.arn);
    this.#rewrite(file);
  }

  get(arn: string): Execution | undefined {
    return this.#executions.get(arn);
  }

  all(): Execution[] {
    return [...this.#executions.values()];
  }

  /** Returns the ids of the operations that are not as they were. */
  put(execution: Execution): string[] {
    const before = this.#executions.get(execution.arn)?.operations;
    const changed = [...execution.operations.values()].filter((one) => before?.get(one.Id) !== one);
    this.#executions.set(execution.arn, execution);
    if (this.#file !== undefined) appendJsonLine(this.#file, lineOf(execution, changed));
    return changed.map(({ Id }) => Id);
  }

  /** One line for each. A process killed between the two steps finds the longer file, which says the same. */
  #rewrite(file: string): void {
    rmSync(`${file}.new`, { force: true });
    for (const execution of this.all())
      appendJsonLine(`${file}.new`, lineOf(execution, [...execution.operations.values()]));
    if (this.#executions.size > 0) renameSync(`${file}.new`, file);
    else rmSync(file, { force: true });
  }
}

function lineOf(execution: Execution, operations: readonly Operation[]): Line {
  return { ...execution, operations, chained: [...execution.chained] };
}

function merged(before: Execution | undefined, line: Line): Execution {
  const operations = new Map(before?.operations);
  for (const operation of line.operations) operations.set(operation.Id, operation);
  return { ...line, operations, chained: new Map(line.chained) };
}
