import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LocalSystem } from "../../local/system.ts";

const entry = fileURLToPath(new URL("../../lib/cli/waxseal.ts", import.meta.url));

export interface CommandResult {
  /** The exit code; `null` where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON. */
  readonly json: Record<string, unknown>;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandResult>;
}

/** The operator's command, as its users run it: another process, with AWS as the environment says. */
export function startCommand(
  system: LocalSystem | undefined,
  args: readonly string[],
  { input = "", environment = {} }: { input?: string; environment?: Record<string, string> } = {},
): RunningCommand {
  const child = spawn(process.execPath, [entry, ...args], {
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: "/nonexistent",
      ...(system && { AWS_ENDPOINT_URL: system.awsEndpoint }),
      ...environment,
    },
    stdio: "pipe",
  });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
  child.stdin.on("error", () => undefined).end(input);
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...output, json: parsed(output.stdout) }));
  });
  return { child, ended };
}

export function runCommand(...args: Parameters<typeof startCommand>): Promise<CommandResult> {
  return startCommand(...args).ended;
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
