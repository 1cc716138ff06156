#!/usr/bin/env node
/** The operator's command: `npm run --silent waxseal -- census`, or `waxseal census` where it is installed. */
import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { failureName } from "../aws-failure.ts";
import { isWaxsealError } from "../errors.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import { programFor } from "./program.ts";
import type { Cli } from "./session.ts";
import { terminal } from "./terminal.ts";

const INTERRUPTED = 130;

process.exitCode = await main(process.argv);

async function main(argv: readonly string[]): Promise<number> {
  const json = argv.includes("--json");
  const stop = new AbortController();
  const streams = { out: process.stdout, err: process.stderr, now: () => performance.now() };
  const cli: Cli = {
    terminal: terminal(streams, json),
    environment: process.env,
    stdin: process.stdin,
    signal: stop.signal,
    exitCode: 0,
  };
  stopOnSignals(cli, stop);
  try {
    await programFor(cli, version()).parseAsync([...argv]);
    return stop.signal.aborted && cli.exitCode === 0 ? INTERRUPTED : cli.exitCode;
  } catch (error) {
    return sayFailure(cli, error);
  }
}

/** The first asks for an orderly end, which may take as long as a page; the second ends it. */
function stopOnSignals(cli: Cli, stop: AbortController): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(INTERRUPTED);
      cli.terminal.say("Stopping after what is under way. Once more ends it at once.");
      stop.abort();
    });
  }
}

/** What went wrong, with a code that stays; never another's text, which may quote what it was given. */
function sayFailure(cli: Cli, error: unknown): number {
  // commander has said it itself; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { code, message, exitCode } = failureOf(error);
  cli.terminal.say(`${code}: ${message}`);
  cli.terminal.answer({ schemaVersion: 1, error: { code, message } }, () => []);
  return exitCode;
}

function failureOf(error: unknown): { code: string; message: string; exitCode: number } {
  if (error instanceof OperatorError) return error;
  if (isWaxsealError(error)) {
    const { aws } = error;
    const message = aws ? `${error.message} (${aws.operation}: ${aws.error})` : error.message;
    return { code: error.code, message, exitCode: error.retryable ? 4 : 1 };
  }
  return { code: "INTERNAL", message: `The command failed: ${failureName(error)}`, exitCode: 1 };
}

function version(): string {
  // Beside the sources it is two folders up, in the package three more.
  for (const path of ["../../package.json", "../../../../package.json"]) {
    try {
      const file = readFileSync(new URL(path, import.meta.url), "utf8");
      const { name, version: found } = JSON.parse(file) as { name?: string; version?: string };
      if (name === "waxseal" && found !== undefined) return found;
    } catch {
      // the other place
    }
  }
  return "unknown";
}
