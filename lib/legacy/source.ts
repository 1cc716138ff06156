import { createReadStream } from "node:fs";
import { addAbortSignal, Readable } from "node:stream";
import { OperatorError } from "../jobs/operator-error.ts";
import { jsonLinesRows } from "./json-lines.ts";
import { postgresRows, type PostgresTable } from "./postgres.ts";
import type { LegacyRow } from "./row.ts";

/** Where legacy rows are: `postgres://…`, `env:NAME` for a variable that holds such a string, a file, or `-`. */
export interface SourceOptions extends Omit<PostgresTable, "connectionString"> {
  readonly from: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadableStream;
  /** Ends it after the rows that were given. */
  readonly signal: AbortSignal;
}

/**
 * @throws {OperatorError} `USAGE` at once; `SOURCE_UNAVAILABLE` while it is read. Neither quotes `from`, in which a
 *   password may be.
 */
export function legacyRows(options: SourceOptions): AsyncGenerator<LegacyRow, void, void> {
  const { environment, stdin, signal, ...table } = options;
  const from = fromEnvironment(options.from, environment);
  if (isPostgres(from)) return postgresRows({ ...table, connectionString: from }, signal);
  if (from.includes("://") || options.from.startsWith("env:"))
    throw new OperatorError("USAGE", "--from takes postgres://…, env:NAME, a file of JSON Lines, or -");
  return streamRows(from === "-" ? readable(stdin) : createReadStream(from), options);
}

/** The stream itself where it is one: destroyed at an early end, it does not keep the process waiting. */
function readable(stdin: NodeJS.ReadableStream): Readable {
  return stdin instanceof Readable ? stdin : Readable.from(stdin);
}

function isPostgres(from: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(from);
}

/** So the password is not in the list of processes. */
function fromEnvironment(from: string, environment: NodeJS.ProcessEnv): string {
  const name = /^env:(\w+)$/.exec(from)?.[1];
  if (name === undefined) return from;
  const value = environment[name] ?? "";
  if (value === "") throw new OperatorError("USAGE", `The environment variable ${name} is not set (--from)`);
  return value;
}

async function* streamRows(
  stream: Readable,
  { idColumn, columns, signal }: SourceOptions,
): AsyncGenerator<LegacyRow, void, void> {
  addAbortSignal(signal, stream);
  try {
    yield* jsonLinesRows(stream, idColumn, columns);
  } catch (error) {
    if (signal.aborted) return;
    const code = (error as { code?: unknown }).code;
    const why = typeof code === "string" && /^[A-Z_]{1,40}$/.test(code) ? code : "it cannot be read";
    throw new OperatorError("SOURCE_UNAVAILABLE", `The rows could not be read: ${why}`);
  }
}
