import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProvider } from "../../../lib/providers/find.ts";
import { parseOptions } from "../../../local/cli/options.ts";
import { nextFreePort } from "../../../local/cli/ports.ts";
import { closeServer, listen } from "../../../local/http/server.ts";

const start = fileURLToPath(new URL("../../../local/start.ts", import.meta.url));

/** Alone it takes some 50 ms; other tests run at the same time. */
const ONE_SECOND_ON_A_BUSY_MACHINE = 2000;

/** `npm start -- …args`, without npm between. */
function run(...args: string[]) {
  const child = spawn(process.execPath, [start, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...output }));
  return { child, output, ended };
}

async function stdoutOf({ child, output }: ReturnType<typeof run>, pattern: RegExp): Promise<string> {
  while (!pattern.test(output.stdout)) {
    if (child.exitCode !== null) throw new Error(`it ended: ${output.stderr}`);
    await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  }
  return output.stdout;
}

describe("npm start", () => {
  test("--help lists every option, and that it is for development", async () => {
    const { code, stdout } = await run("--help").ended;
    expect(code).toBe(0);
    for (const option of ["--port", "--json", "--data", "--verbose", "--help"])
      expect(stdout).toContain(option);
    expect(stdout).toMatch(/development and evaluation/);
  });

  test.each([
    [["--prot", "1"], /--prot/],
    [["--port", "many"], /--port/],
    [["--port", "70000"], /--port/],
    [["--port"], /--port/],
    [["extra"], /extra/],
  ])("refuses %j with exit code 2, naming it", async (args, named) => {
    const { code, stdout, stderr } = await run(...args).ended;
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(named);
    expect(stderr).toContain("Usage:");
  });

  test("takes the API's port, and the next two for the AWS endpoint and the stand-in", () => {
    expect(parseOptions([]).ports).toEqual({ api: 7480, aws: 7481, standIn: 7482 });
    expect(parseOptions(["--port", "9000"]).ports).toEqual({ api: 9000, aws: 9001, standIn: 9002 });
    expect(parseOptions(["--port", "0"]).ports).toEqual({ api: 0, aws: 0, standIn: 0 });
  });

  test.each([
    [0, "the API"],
    [1, "the AWS endpoint"],
    [2, "the stand-in provider"],
  ])("names a taken port (API's + %i, %s), offers a free one and ends with 1", async (offset, purpose) => {
    const base = (await nextFreePort(20_000 + Math.floor(Math.random() * 20_000))) ?? 0;
    const other = createServer();
    await listen(other, base + offset);
    const { code, stdout, stderr } = await run("--json", "--port", String(base)).ended;
    await closeServer(other);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(`Port ${String(base + offset)}, for ${purpose}, is taken.`);
    expect(stderr).toMatch(/npm start -- --port \d+/);
  });
});

describe("npm start, running", () => {
  let running: ReturnType<typeof run>;
  beforeAll(async () => {
    running = run("--port", "0");
    await stdoutOf(running, /Ctrl-C/);
  });
  afterAll(() => running.child.kill("SIGKILL"));

  test("has said what it did, its addresses, and that it is for development", () => {
    const { stdout } = running.output;
    expect(stdout).toMatch(/Synthesising/);
    expect(stdout).toMatch(/KMS and DynamoDB \(both emulated\)/);
    expect(stdout).toMatch(/development and evaluation only/);
    expect(stdout.match(/http:\/\/127\.0\.0\.1:\d+/g)?.length).toBeGreaterThanOrEqual(3);
  });

  test("prints an example provider key that the format check accepts", () => {
    const example = /"apiKey":"([^"]+)"/.exec(running.output.stdout)?.[1] ?? "";
    expect(findProvider("openai").format.test(example)).toBe(true);
    expect(example).toMatch(/example/);
  });
});

describe("npm start -- --json", () => {
  test("prints one line when ready, and SIGTERM ends it within a second, with 0, open streams included", async () => {
    const running = run("--json", "--port", "0");
    try {
      const line = await stdoutOf(running, /\n/);
      const addresses = JSON.parse(line) as Record<string, string>;
      expect(Object.keys(addresses)).toEqual(["api", "awsEndpoint", "standIn"]);
      const stream = await fetch(`${addresses["standIn"] ?? ""}/v1/chat/completions`, {
        method: "POST",
        body: JSON.stringify({ model: "slow" }),
      });
      const cut = stream.text().catch(() => "cut");
      const began = Date.now();
      running.child.kill("SIGTERM");
      const { code, stdout } = await running.ended;
      expect(code).toBe(0);
      expect(Date.now() - began).toBeLessThan(ONE_SECOND_ON_A_BUSY_MACHINE);
      expect(await cut).toBe("cut");
      expect(stdout).toBe(line);
    } finally {
      running.child.kill("SIGKILL");
    }
  });

  test("SIGINT ends it with 0 while it still starts", async () => {
    const running = run("--json", "--port", "0");
    await once(running.child.stderr, "data");
    const began = Date.now();
    running.child.kill("SIGINT");
    const { code, stdout } = await running.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(Date.now() - began).toBeLessThan(ONE_SECOND_ON_A_BUSY_MACHINE);
  });
});
