/**
 * Runs the contract suites against implementations that are not ours: Amazon's DynamoDB Local, where
 * Java 17 is, and moto, where Python is. Each is installed into a temporary folder, so neither is a
 * dependency. `node test/contract/judges/run.ts`; exits with 1 where a suite fails. What is missing or
 * does not install is named as skipped, and is no failure.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Judge, Suite } from "./known-differences.ts";

const root = resolve(import.meta.dirname, "../../..");
const installTimeoutMs = 240_000;
const startTimeoutMs = 30_000;

interface JudgeSetup {
  readonly judge: Judge;
  readonly suites: readonly Suite[];
  /** Why it can't be had here; undefined once it is installed in `directory`. */
  install(directory: string): string | undefined;
  start(directory: string, port: number): ChildProcess;
}

const dynamoDbLocal: JudgeSetup = {
  judge: "dynamodb-local",
  suites: ["dynamodb"],
  install(directory) {
    const version = /version "(\d+)/.exec(run("java", ["-version"]).output)?.[1];
    if (Number(version ?? 0) < 17) return version === undefined ? "no java" : `java ${version}, 17 needed`;
    const pinned = "amplify-dynamodb-simulator@2.9.30";
    const quiet = ["--ignore-scripts", "--no-audit", "--no-fund"];
    const npm = run("npm", ["install", "--prefix", directory, ...quiet, pinned]);
    return npm.ok ? undefined : `npm could not install ${pinned}`;
  },
  start(directory, port) {
    const emulator = join(directory, "node_modules/amplify-dynamodb-simulator/emulator");
    const jar = ["-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"];
    return serve(emulator, "java", [...jar, "-inMemory", "-port", String(port)]);
  },
};

const moto: JudgeSetup = {
  judge: "moto",
  suites: ["dynamodb", "kms", "s3"],
  install(directory) {
    if (!run("python3", ["--version"]).ok) return "no python3";
    if (!run("python3", ["-m", "venv", directory]).ok) return "python3 has no venv";
    const pinned = "moto[server]==5.2.5";
    return run(join(directory, "bin/pip"), ["install", "--quiet", pinned]).ok
      ? undefined
      : `pip could not install ${pinned}`;
  },
  start: (directory, port) =>
    serve(directory, join(directory, "bin/moto_server"), ["-H", "127.0.0.1", "-p", String(port)]),
};

function run(command: string, args: readonly string[]): { ok: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    timeout: installTimeoutMs,
  });
  return { ok: status === 0, output: `${stdout}${stderr}` };
}

/** In its own folder: DynamoDB Local leaves a file where it is started. */
function serve(directory: string, command: string, args: readonly string[]): ChildProcess {
  const server = spawn(command, args, { cwd: directory, stdio: "ignore" });
  server.on("error", () => undefined); // not answering, which is looked at below
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}

async function answers(url: string): Promise<boolean> {
  const end = Date.now() + startTimeoutMs;
  while (Date.now() < end) {
    if (await fetch(url).catch(() => undefined)) return true;
    await wait(200);
  }
  return false;
}

/** Whether all of the judge's suites passed, `skipped` where it could not be had. */
async function judgeBy(setup: JudgeSetup): Promise<boolean | "skipped"> {
  const directory = mkdtempSync(join(tmpdir(), "waxseal-judge-"));
  let server: ChildProcess | undefined;
  try {
    const missing = setup.install(directory);
    if (missing !== undefined) return skipped(setup.judge, missing);
    const port = await freePort();
    server = setup.start(directory, port);
    const url = `http://127.0.0.1:${port}`;
    if (!(await answers(url))) return skipped(setup.judge, "it did not start");
    return setup.suites.map((suite) => suitePasses(setup.judge, suite, url)).every(Boolean);
  } finally {
    server?.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  }
}

function skipped(judge: Judge, why: string): "skipped" {
  console.log(`skipped: ${judge} (${why})`);
  return "skipped";
}

function suitePasses(judge: Judge, suite: Suite, url: string): boolean {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const env = {
    ...process.env,
    WAXSEAL_CONTRACT_JUDGE: judge,
    [`WAXSEAL_CONTRACT_${suite.toUpperCase()}_URL`]: url,
  };
  const args = [vitest, "run", `test/contract/${suite}.test.ts`, "--testTimeout=30000"];
  const passed = spawnSync(process.execPath, args, { cwd: root, env, stdio: "inherit" }).status === 0;
  console.log(`${judge}, ${suite} suite: ${passed ? "passed" : "FAILED"}`);
  return passed;
}

for (const setup of [dynamoDbLocal, moto]) {
  if ((await judgeBy(setup)) === false) process.exitCode = 1;
}
