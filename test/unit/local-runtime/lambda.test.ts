import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { toyFunction, valueOf } from "./toy-function.ts";

/** Says which environment answered, its how manieth invocation that was, and how many ran there at once. */
const counting = `
  import { randomUUID } from "node:crypto";
  import { setTimeout as sleep } from "node:timers/promises";
  const environment = randomUUID();
  let count = 0, running = 0;
  export async function handler({ milliseconds = 0 }) {
    count += 1; running += 1;
    const atOnce = running;
    await sleep(milliseconds);
    running -= 1;
    return { environment, count, atOnce };
  }`;

interface Counted {
  readonly environment: string;
  readonly count: number;
  readonly atOnce: number;
}

describe("an execution environment", () => {
  test("runs one invocation at a time", async () => {
    const { fn } = toyFunction(counting);
    const all = (await Promise.all(
      Array.from({ length: 12 }, () => valueOf(fn, { milliseconds: 40 })),
    )) as Counted[];
    expect(all).toHaveLength(12);
    expect(all.map(({ atOnce }) => atOnce)).toEqual(all.map(() => 1));
  });

  test("is used again, so that what a module keeps stays warm", async () => {
    const { fn } = toyFunction(counting);
    const first = (await valueOf(fn)) as Counted;
    expect(await valueOf(fn)).toEqual({ ...first, count: 2 });
  });

  test("is joined by another when a request has waited for about 100 ms", async () => {
    const { fn } = toyFunction(counting);
    await valueOf(fn);
    const both = (await Promise.all([
      valueOf(fn, { milliseconds: 600 }),
      valueOf(fn, { milliseconds: 600 }),
    ])) as Counted[];
    expect(new Set(both.map(({ environment }) => environment)).size).toBe(2);
  });

  test("has the variables that Lambda and the template set, and none of this process", async () => {
    vi.stubEnv("CANARY_OF_THE_PARENT", "seen");
    const { fn } = toyFunction(`export const handler = async () => ({ ...process.env });`);
    const variables = (await valueOf(fn)) as Record<string, string>;
    expect(variables).toMatchObject({
      TOY: "yes",
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "AKIDTOY",
      AWS_ENDPOINT_URL: "http://127.0.0.1:1",
      AWS_LAMBDA_FUNCTION_NAME: "waxseal-local-toy",
      _HANDLER: "toy.handler",
    });
    expect(variables["CANARY_OF_THE_PARENT"]).toBeUndefined();
    expect(variables["PATH"]).toBeUndefined();
  });

  test("gives the context that Lambda gives", async () => {
    const { fn } = toyFunction(
      `export const handler = async (event, context) =>
        ({ ...context, event, remaining: context.getRemainingTimeInMillis(), getRemainingTimeInMillis: 0 });`,
      7,
    );
    const context = (await valueOf(fn, { a: 1 })) as Record<string, unknown>;
    expect(context).toMatchObject({
      event: { a: 1 },
      functionName: "waxseal-local-toy",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:111122223333:function:waxseal-local-toy",
      memoryLimitInMB: "128",
    });
    expect(context["awsRequestId"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(context["remaining"]).toBeGreaterThan(5000);
    expect(context["remaining"]).toBeLessThanOrEqual(7000);
  });

  test("hands on what the function writes to stdout and stderr, line by line", async () => {
    const { fn, lines } = toyFunction(
      `export const handler = async () => { console.log("one\\ntwo"); console.error("three"); };`,
    );
    await valueOf(fn);
    await vi.waitFor(
      () => {
        expect(lines.toSorted()).toEqual(["one", "three", "two"]);
      },
      { timeout: 20_000 },
    );
  });
});

describe("a function that fails", () => {
  const failing = `
    import { randomUUID } from "node:crypto";
    const environment = randomUUID();
    export async function handler({ how }) {
      if (how === "throw") throw new TypeError("thrown");
      if (how === "exit") process.exit(1);
      if (how === "loop") for (;;);
      return environment;
    }`;

  test("by throwing fails that invocation alone, and its environment lives on", async () => {
    const { fn } = toyFunction(failing);
    const before = await valueOf(fn);
    await expect(valueOf(fn, { how: "throw" })).rejects.toThrow("TypeError");
    expect(await valueOf(fn)).toBe(before);
  });

  test("by crashing fails that invocation, and the next gets a new environment", async () => {
    const { fn } = toyFunction(failing);
    const before = await valueOf(fn);
    await expect(valueOf(fn, { how: "exit" })).rejects.toThrow();
    expect(await valueOf(fn)).not.toBe(before);
  });

  test("to end in time is ended, even in an endless loop, and the next gets a new environment", async () => {
    const { fn } = toyFunction(failing, 1);
    const before = await valueOf(fn);
    const began = Date.now();
    await expect(valueOf(fn, { how: "loop" })).rejects.toThrow();
    expect(Date.now() - began).toBeGreaterThanOrEqual(900);
    expect(Date.now() - began).toBeLessThan(5000);
    expect(await valueOf(fn)).not.toBe(before);
  });

  test("to load fails each invocation, and does not hang", async () => {
    const { fn } = toyFunction(`throw new Error("no");`);
    await expect(valueOf(fn)).rejects.toThrow();
    await expect(valueOf(fn)).rejects.toThrow();
  });
});

describe("a streaming function", () => {
  const streaming = `
    import { setTimeout as sleep } from "node:timers/promises";
    export const handler = awslambda.streamifyResponse(async ({ count, fail }, stream, context) => {
      const metadata = { statusCode: 201, headers: { "x-toy": context.functionName } };
      stream = awslambda.HttpResponseStream.from(stream, metadata);
      for (let i = 0; i < count; i += 1) {
        stream.write("chunk " + i + ";");
        await sleep(30);
      }
      if (fail) throw new Error("in the middle");
      await new Promise((resolve) => stream.end(resolve));
    });`;

  test("sends status and headers, then its chunks in order, the first long before the last", async () => {
    const { fn } = toyFunction(streaming);
    const result = await fn.invoke({ count: 10 });
    if (!result.streamed) throw new Error("it did not stream");
    expect(result.metadata).toEqual({ statusCode: 201, headers: { "x-toy": "waxseal-local-toy" } });
    const arrivals: number[] = [];
    let text = "";
    for await (const chunk of result.body) {
      arrivals.push(Date.now());
      text += String(chunk);
    }
    expect(text).toBe(Array.from({ length: 10 }, (_, index) => `chunk ${String(index)};`).join(""));
    expect(arrivals.at(-1)! - arrivals[0]!).toBeGreaterThan(150);
  });

  test("that fails in the middle ends its body with an error, not as if it were whole", async () => {
    const { fn } = toyFunction(streaming);
    const result = await fn.invoke({ count: 2, fail: true });
    if (!result.streamed) throw new Error("it did not stream");
    await expect(result.body.toArray()).rejects.toThrow();
  });

  test("whose client went away runs to its end, and its environment serves the next", async () => {
    const { fn } = toyFunction(streaming);
    const gone = await fn.invoke({ count: 5 });
    if (!gone.streamed) throw new Error("it did not stream");
    gone.body.on("error", () => undefined).destroy();
    await sleep(20);
    const next = await fn.invoke({ count: 1 });
    if (!next.streamed) throw new Error("it did not stream");
    expect(String(Buffer.concat(await next.body.toArray()))).toBe("chunk 0;");
  });
});
