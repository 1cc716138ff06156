import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProvider } from "../../../lib/providers/find.ts";
import { registry } from "../../../lib/providers/registry.ts";
import { defaultSettings } from "../../../lib/settings.ts";
import { parseOptions } from "../../../local/cli/options.ts";
import { nextFreePort } from "../../../local/cli/ports.ts";
import { closeServer, listen } from "../../../local/http/server.ts";
import { canaryKey } from "../../support/keys.ts";

const start = fileURLToPath(new URL("../../../local/start.ts", import.meta.url));

/** Alone it takes some 50 ms; other tests run at the same time. */
const ONE_SECOND_ON_A_BUSY_MACHINE = 2000;

/** `npm start -- …args`, without npm between, and without what other tests have made. */
function run(...args: string[]) {
  const { WAXSEAL_TEST_BUNDLES: _bundles, ...env } = process.env;
  const child = spawn(process.execPath, [start, ...args], { stdio: ["ignore", "pipe", "pipe"], env });
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
  test("CloudTrail's delay and the grace time are in seconds, zero too, and what is said of grace counts last", () => {
    expect(parseOptions([])).toMatchObject({ trailDelaySeconds: 5, settings: {} });
    const given = parseOptions(["--trail-delay", "0", "--grace", "0", "--settings", '{"graceSeconds":7}']);
    expect(given).toMatchObject({ trailDelaySeconds: 0, settings: { graceSeconds: 0 } });
  });

  test("--help lists every option, and that it is for development", async () => {
    const { code, stdout } = await run("--help").ended;
    expect(code).toBe(0);
    for (const option of [
      "--port",
      "--json",
      "--data",
      "--verbose",
      "--help",
      "--origin",
      "--settings",
      "--trail-delay",
      "--grace",
    ])
      expect(stdout).toContain(option);
    expect(stdout).toMatch(/development and evaluation/);
  });

  test.each([
    [["--prot", "1"], /--prot/],
    [["--port", "many"], /--port/],
    [["--port", "70000"], /--port/],
    [["--port"], /--port/],
    [["extra"], /extra/],
    [["--settings", "{"], /--settings/],
    [["--settings", "no-such-file.json"], /--settings/],
    [["--settings", '{"limitz":{}}'], /limitz/],
    [["--trail-delay", "soon"], /--trail-delay/],
    [["--grace", "1.5"], /--grace/],
  ])("refuses %j with exit code 2, naming it", async (args, named) => {
    const { code, stdout, stderr } = await run(...args).ended;
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(named);
    expect(stderr).toContain("Usage:");
  });

  test("refuses a setting that may not be so, naming it, with exit code 2", async () => {
    const { code, stderr } = await run("--port", "0", "--settings", '{"limits":{"save":"often"}}').ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/limits/);
    expect(stderr).not.toMatch(/\n +at /);
  });

  test("takes the API's port, and the next four for the others", () => {
    const from = (api: number) => {
      return { api, aws: api + 1, standIn: api + 2, actingProxy: api + 3, deleteOwner: api + 4 };
    };
    expect(parseOptions([]).ports).toEqual(from(7480));
    expect(parseOptions(["--port", "9000"]).ports).toEqual(from(9000));
    expect(new Set(Object.values(parseOptions(["--port", "0"]).ports))).toEqual(new Set([0]));
  });

  test("takes settings as JSON or from a file, each limit by itself, and origins", () => {
    const file = join(mkdtempSync(join(tmpdir(), "waxseal-settings-")), "settings.json");
    const settings = { writeSuite: "A256GCM", limits: { save: "1/hour" } };
    writeFileSync(file, JSON.stringify(settings));
    for (const given of [file, JSON.stringify(settings)]) {
      const options = parseOptions([
        "--settings",
        given,
        "--origin",
        "http://a.test",
        "--origin",
        "http://b.test",
      ]);
      const limits = { ...defaultSettings.limits, save: "1/hour" };
      expect(options.settings).toEqual({ ...settings, limits });
      expect(options.origins).toEqual(["http://a.test", "http://b.test"]);
    }
    rmSync(dirname(file), { recursive: true });
  });

  test.each([
    [0, "the API"],
    [1, "the AWS endpoint"],
    [2, "the stand-in provider"],
    [3, "the acting proxy"],
    [4, "the deletion of owners"],
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

  test("names the demo page before all other addresses, and has it there", async () => {
    const first = /http:\/\/127\.0\.0\.1:\d+\//.exec(
      running.output.stdout.split("Waxseal is ready")[1] ?? "",
    );
    const page = await fetch(first?.[0] ?? "");
    expect(await page.text()).toContain("/_demo/page.js");
  });

  test("prints an example provider key that the format check accepts", () => {
    const example = /"apiKey":"([^"]+)"/.exec(running.output.stdout)?.[1] ?? "";
    expect(findProvider(registry, "openai").plausibleFormat.test(example)).toBe(true);
    expect(example).toMatch(/example/);
  });
});

describe("npm start -- --json", () => {
  test("prints one line when ready, and SIGTERM ends it within a second, with 0, open streams included", async () => {
    const running = run("--json", "--port", "0");
    try {
      const line = await stdoutOf(running, /\n/);
      const addresses = JSON.parse(line) as Record<string, string>;
      expect(Object.keys(addresses)).toEqual([
        ...["api", "awsEndpoint", "standIn"],
        ...["actingProxy", "deleteOwner"],
      ]);
      const stream = await fetch(`${addresses["standIn"] ?? ""}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${canaryKey()}` },
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
