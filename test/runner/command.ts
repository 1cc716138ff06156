import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Outcome {
  /** The exit code; 128 and the signal's number where a signal ended it, as shells have it. */
  readonly exitCode: number;
  readonly seconds: number;
  /** What it printed, both streams in order. Empty where it printed straight through. */
  readonly output: string;
}

const running = new Set<ReturnType<typeof spawn>>();

/**
 * Runs a program of `node_modules/.bin` (npm puts it on the path) to its end.
 *
 * @param show whether its output goes straight to the terminal, or is kept to be shown if it fails.
 */
export function run(command: readonly string[], show = false): Promise<Outcome> {
  const started = performance.now();
  const [program = "", ...args] = command;
  const stdio = show ? "inherit" : "pipe";
  const child = spawn(program, args, { stdio: ["ignore", stdio, stdio], env: environment() });
  running.add(child);
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    const finish = (exitCode: number): void => {
      running.delete(child);
      const seconds = (performance.now() - started) / 1000;
      resolve({ exitCode, seconds, output: Buffer.concat(chunks).toString("utf8") });
    };
    child.on("error", () => {
      chunks.push(Buffer.from(`${program} is not installed; run npm ci\n`));
      finish(127);
    });
    child.on("close", (exitCode) => {
      finish(exitCode ?? 128);
    });
  });
}

/** Compiled once, for the hundreds of commands and local systems that the tests start. */
const compileCache = fileURLToPath(new URL("../../node_modules/.cache/compiled", import.meta.url));

/** Colours are for terminals; several of the programs take `CI` for one. */
function environment(): NodeJS.ProcessEnv {
  const { FORCE_COLOR, ...others } = process.env;
  const rest = { NODE_COMPILE_CACHE: compileCache, ...others };
  if (!process.stdout.isTTY) return { ...rest, NO_COLOR: "1" };
  return FORCE_COLOR === undefined ? rest : { ...rest, FORCE_COLOR };
}

/** Ends what is running, so that an interrupted run leaves nothing behind. */
export function stopAll(signal: NodeJS.Signals): void {
  for (const child of running) child.kill(signal);
}
