/** Two durable functions to try the local system's driver with. What their steps do is counted in a file. */
import { appendFileSync, readFileSync } from "node:fs";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";

export interface ToyTask {
  /** Where each side effect is a line. */
  readonly file: string;
  /** The toy's own ARN, qualified, for the part that it invokes. */
  readonly self?: string;
  /** What to do beside two steps. */
  readonly with?: readonly (
    "flaky" | "fail" | "wait" | "four-seconds" | "long-wait" | "part" | "die" | "context" | "hang"
  )[];
  /** Instead of all that: so many steps at once, then a wait if `with` says so. */
  readonly steps?: number;
  /** Instead of all that: one step with a result of so many bytes. */
  readonly bytes?: number;
}

const soon = {
  retryStrategy: (_error: Error, attempt: number) => ({ shouldRetry: attempt < 3, delay: { seconds: 1 } }),
};

export async function toy(task: ToyTask, context: DurableContext): Promise<unknown> {
  const did = (what: string) => {
    appendFileSync(task.file, `${what}\n`);
    return Promise.resolve(what);
  };
  const times = (what: string) =>
    readFileSync(task.file, "utf8")
      .split("\n")
      .filter((line) => line === what).length;
  if (task.steps !== undefined) {
    const all = Array.from({ length: task.steps }, (_, index) =>
      context.step(`n${index}`, () => Promise.resolve(index)),
    );
    const results = await Promise.all(all);
    if (task.with?.includes("wait")) await context.wait({ seconds: 1 });
    return results.length;
  }
  if (task.bytes !== undefined)
    return (await context.step("big", () => Promise.resolve("x".repeat(task.bytes ?? 0)))).length;
  const results = [await context.step("first", () => did("first"))];
  for (const what of task.with ?? []) {
    if (what === "flaky")
      results.push(
        await context.step(
          "flaky",
          ({ attempt }) =>
            attempt < 3 ? did("failed").then(() => Promise.reject(new Error("not yet"))) : did("flaky"),
          soon,
        ),
      );
    if (what === "fail")
      await context.step("fail", () => Promise.reject(new RangeError("never")), {
        retryStrategy: () => ({ shouldRetry: false }),
      });
    if (what === "wait") await context.wait("wait", { seconds: 1 });
    if (what === "four-seconds") await context.wait("four-seconds", { seconds: 4 });
    if (what === "long-wait") await context.wait("long-wait", { hours: 1 });
    if (what === "part")
      results.push(
        ...(await context.invoke<ToyTask, string[]>("part", task.self ?? "", { file: task.file })),
      );
    if (what === "context")
      results.push(
        await context.runInChildContext("context", (child) => child.step("inner", () => did("inner"))),
      );
    // Neither is in a step: an environment that is lost between two of them, and one that takes too long.
    if (what === "die" && times("died") === 0) {
      await did("died");
      process.exit(1);
    }
    if (what === "hang" && times("hung") === 0) {
      await did("hung");
      await new Promise(() => undefined);
    }
  }
  results.push(await context.step("last", () => did("last")));
  return results;
}

export const handler = withDurableExecution(toy);
