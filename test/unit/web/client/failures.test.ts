import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { statusByCode } from "../../../../lib/api/status.ts";
import { retryAfter } from "../../../../web/client/answer.ts";
import { createClient, isWaxsealApiError, WaxsealApiError } from "../../../../web/client/index.ts";
import { CANARY, canaryKey } from "../../../support/keys.ts";
import { answering, problem } from "./answering.ts";

const baseUrl = "https://keys.example";
const token = () => "a-token";

async function failureOf(promise: Promise<unknown>): Promise<WaxsealApiError> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  if (!isWaxsealApiError(error))
    throw new Error("it did not fail with an error of the client's", { cause: error });
  return error;
}

describe("a failure", () => {
  test("has the code and status of the problem document", async () => {
    for (const [code, status] of Object.entries(statusByCode)) {
      const { fetch } = answering(problem(status, code));
      const client = createClient({ baseUrl, token, fetch, maxRetryWaitSeconds: 0 });
      expect(await failureOf(client.list())).toMatchObject({ name: "WaxsealApiError", code, status });
    }
  });

  test("says when to come back, and whose API key it looks like", async () => {
    const { fetch } = answering(
      problem(429, "RATE_LIMITED", {}, { "retry-after": "17" }),
      problem(400, "OTHER_PROVIDERS_KEY", { looksLike: "anthropic" }),
    );
    const client = createClient({ baseUrl, token, fetch });
    expect((await failureOf(client.remove({ provider: "openai" }))).retryAfterSeconds).toBe(17);
    const other = await failureOf(client.save({ provider: "openai" }, { apiKey: "x" }));
    expect(other.looksLike).toBe("anthropic");
    expect(isWaxsealApiError(other, "OTHER_PROVIDERS_KEY")).toBe(true);
    expect(isWaxsealApiError(other, "RATE_LIMITED")).toBe(false);
    expect(isWaxsealApiError(new Error("another"))).toBe(false);
  });

  test("holds nothing of the request, whatever is answered or thrown", async () => {
    const apiKey = canaryKey();
    const echoes = [
      problem(400, apiKey, { looksLike: apiKey, detail: apiKey }),
      new Response(apiKey, { status: 500 }),
      new Response(`<html>${apiKey}`, { status: 200 }),
      Response.json([apiKey]),
      new TypeError(`fetch failed: ${apiKey}`),
    ];
    for (const echo of echoes) {
      const { fetch } = answering(echo);
      const client = createClient({ baseUrl, token, fetch });
      const error = await failureOf(client.save({ provider: "openai" }, { apiKey }));
      const seen = [String(error), error.stack, JSON.stringify(error), String(error.cause)].join();
      expect(seen).not.toContain(CANARY);
      expect(seen).not.toContain("a-token");
      expect(error.code).toMatch(/^(UNEXPECTED_ANSWER|NETWORK_FAILED)$/);
    }
  });

  test("another server's answer is no list", async () => {
    const { fetch } = answering(Response.json({ hello: "world" }), Response.json({ providerKeys: {} }));
    const client = createClient({ baseUrl, token, fetch });
    expect(await failureOf(client.providers())).toMatchObject({ code: "UNEXPECTED_ANSWER" });
    expect(await failureOf(client.list())).toMatchObject({ code: "UNEXPECTED_ANSWER" });
  });

  test("an abort of the caller's own is the signal's reason", async () => {
    const { fetch, asked } = answering(problem(503, "STORE_UNAVAILABLE", {}, { "retry-after": "9" }));
    const client = createClient({ baseUrl, token, fetch });
    const before = client.list({ signal: AbortSignal.abort(new Error("gone")) });
    await expect(before).rejects.toThrow("gone");
    const controller = new AbortController();
    const waiting = client.list({ signal: controller.signal });
    await vi.waitUntil(() => asked.length === 1, { timeout: 20_000 });
    await setImmediate();
    controller.abort(new Error("left"));
    await expect(waiting).rejects.toThrow("left");
  });

  test("a request that is not answered in time fails as that", async () => {
    const never: typeof fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init!.signal!.addEventListener("abort", () => {
          reject(new Error("aborted"));
        });
      });
    const client = createClient({ baseUrl, token, fetch: never, timeoutSeconds: 0.001 });
    expect(await failureOf(client.list())).toMatchObject({ code: "TIMED_OUT", status: 0 });
  });
});

describe("Retry-After", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** At which second of the fake clock each request after the first was sent. */
  async function waits(asked: readonly unknown[]): Promise<number[]> {
    const found: number[] = [];
    for (let second = 0; second <= 20; second += 1) {
      const before = asked.length;
      if (second > 0) await vi.advanceTimersByTimeAsync(1000);
      // An answer's body is read by streams, which the fake clock does not move.
      for (let turns = 0; turns < 20; turns += 1) await setImmediate();
      if (second > 0 && asked.length > before) found.push(second);
    }
    return found;
  }

  test("a read waits for it and asks again", async () => {
    const { fetch, asked } = answering(
      problem(429, "RATE_LIMITED", {}, { "retry-after": "2" }),
      problem(503, "STORE_UNAVAILABLE", {}, { "retry-after": "3" }),
      Response.json({ providerKeys: [] }),
    );
    const listed = createClient({ baseUrl, token, fetch }).list();
    expect(await waits(asked)).toEqual([2, 5]);
    expect(await listed).toEqual([]);
  });

  test("a read gives up where it would have to wait longer than it may, all in all", async () => {
    const limited = () => problem(429, "RATE_LIMITED", {}, { "retry-after": "4" });
    const { fetch, asked } = answering(limited(), limited(), limited());
    const listed = createClient({ baseUrl, token, fetch, maxRetryWaitSeconds: 6 }).list();
    const failed = failureOf(listed);
    expect(await waits(asked)).toEqual([4]);
    expect(await failed).toMatchObject({ code: "RATE_LIMITED", retryAfterSeconds: 4 });
    expect(asked).toHaveLength(2);
  });

  test("a read asks at most four times", async () => {
    const down = () => problem(503, "STORE_UNAVAILABLE", {}, { "retry-after": "0" });
    const { fetch, asked } = answering(down(), down(), down(), down(), down());
    const listed = createClient({ baseUrl, token, fetch }).list();
    const failed = failureOf(listed);
    await waits(asked);
    expect(await failed).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(asked).toHaveLength(4);
  });

  test("nothing but a read is ever sent again", async () => {
    const limited = () => problem(429, "RATE_LIMITED", {}, { "retry-after": "1" });
    const slot = { provider: "openai" };
    const { fetch, asked } = answering(limited(), limited(), limited(), limited());
    const client = createClient({ baseUrl, token, fetch });
    const sent = [
      failureOf(client.save(slot, { apiKey: "x" })),
      failureOf(client.update(slot, { state: "active" })),
      failureOf(client.remove(slot)),
      failureOf(client.verify(slot)),
    ];
    await waits(asked);
    for (const error of await Promise.all(sent))
      expect(error).toMatchObject({ code: "RATE_LIMITED", retryAfterSeconds: 1 });
    expect(asked).toHaveLength(4);
  });

  test("is seconds or a date, and anything else is as if it were not there", () => {
    const now = Date.parse("2026-11-25T08:00:00Z");
    const read = (header: string | null) => retryAfter(header, now);
    expect(read("120")).toBe(120);
    expect(read("Wed, 25 Nov 2026 08:00:30 GMT")).toBe(30);
    expect(read("Wed, 25 Nov 2026 07:00:00 GMT")).toBe(0);
    for (const header of [null, "soon", "-1", "1.5", ""]) expect(read(header)).toBeUndefined();
  });
});
