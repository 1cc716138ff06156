import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLogger, type LogLevel } from "../../../lib/log/logger.ts";
import { Secret } from "../../../lib/secret.ts";
import { canaryKey } from "../../support/keys.ts";

let written = "";

beforeEach(() => {
  written = "";
  const keep = (chunk: unknown): boolean => {
    written += String(chunk);
    return true;
  };
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "DEBUG");
  vi.spyOn(process.stdout, "write").mockImplementation(keep);
  vi.spyOn(process.stderr, "write").mockImplementation(keep);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const lines = (): Record<string, unknown>[] =>
  written
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("a log call", () => {
  test.each<LogLevel>(["debug", "info", "warn", "error"])("writes one line of JSON at level %s", (level) => {
    createLogger("save")[level]("Saved", { slot: "openai/default" });
    const fields = { slot: "openai/default" };
    expect(lines()).toEqual([
      {
        level: level.toUpperCase(),
        timestamp: expect.any(String) as string,
        service: "save",
        message: "Saved",
        fields,
      },
    ]);
  });

  test("prints no secret of its message, its fields or both together", () => {
    const providerKey = canaryKey("openai");
    const logger = createLogger("save");
    logger.info(`Saved ${providerKey}`, {
      held: new Secret(providerKey),
      providerKey,
      note: `x ${providerKey}`,
    });
    logger.error(`Cut ${providerKey.slice(0, 20)}`, { rest: providerKey.slice(20), [providerKey]: 1 });
    logger.warn("Error", {
      error: new Error(providerKey),
      nested: { message: providerKey, level: providerKey },
    });
    expect(written).not.toContain("CANARY");
    for (let at = 0; at + 12 <= providerKey.length; at++)
      expect(written).not.toContain(providerKey.slice(at, at + 12));
    expect(lines()).toHaveLength(3);
  });

  test("cannot be made to write over level, service or message by its fields", () => {
    createLogger("save").info("Saved", { level: "ERROR", message: "other", service: "other", timestamp: 0 });
    expect(lines()[0]).toMatchObject({ level: "INFO", message: "Saved", service: "save" });
  });

  test("never throws: hostile fields, closed output", () => {
    const logger = createLogger("save");
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no");
        },
      },
    );
    expect(() => {
      logger.info("Saved", hostile);
    }).not.toThrow();
    expect(lines()[0]).toMatchObject({ message: "Saved", fields: "[unreadable]" });
    vi.spyOn(process.stdout, "write").mockImplementation(() => {
      throw new Error("closed");
    });
    expect(() => {
      logger.info("Saved");
    }).not.toThrow();
    expect(() => {
      logger.info(undefined as unknown as string);
    }).not.toThrow();
  });

  test("carries the request id that was set, redacted like the rest", () => {
    const logger = createLogger("save");
    logger.setRequestId("a-1");
    logger.info("Saved");
    logger.setRequestId(canaryKey("google"));
    logger.info("Saved");
    expect(lines().map((line) => line["requestId"])).toEqual(["a-1", "[redacted]"]);
  });

  test("below the level prints nothing", () => {
    vi.stubEnv("POWERTOOLS_LOG_LEVEL", "WARN");
    createLogger("save").info("Saved");
    expect(written).toBe("");
  });
});
