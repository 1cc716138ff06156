import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { handler, type ToyTask } from "./durable-toy.ts";
import { effects, run, startDurable, toyAlias, type Ended } from "./durable-system.ts";

beforeAll(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: false }));
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

/** The same in AWS's own emulation, whose errors are instances rather than members of an answer. */
async function runAtAws(payload: ToyTask): Promise<Ended> {
  const runner = new LocalDurableTestRunner({ handlerFunction: handler });
  runner.registerDurableFunction(toyAlias, handler);
  const execution = await runner.run({ payload });
  const status = execution.getStatus();
  if (status === "SUCCEEDED") return { status, result: execution.getResult(), error: undefined };
  const { errorType, errorMessage } = execution.getError();
  return { status, result: undefined, error: { ErrorType: errorType, ErrorMessage: errorMessage } };
}

describe("our driver and AWS's own emulation agree on the result and on every side effect", () => {
  test.each<[string, NonNullable<ToyTask["with"]>]>([
    ["two steps", []],
    ["a step that fails twice", ["flaky"]],
    ["a step that fails for good", ["fail"]],
    ["a wait", ["wait"]],
    ["a child context", ["context"]],
    ["a chained execution", ["part"]],
    ["all of them", ["context", "part", "wait", "flaky", "part", "fail"]],
  ])("%s", async (_what, parts) => {
    const { client } = await startDurable();
    const [ours, theirs] = [effects(), effects()];
    const task = { self: toyAlias, with: parts };
    const { error, ...ended } = await run(client, { ...task, file: ours.file });
    const { ErrorType, ErrorMessage } = error ?? {};
    const here = { ...ended, error: error && { ErrorType, ErrorMessage } };
    expect(here).toEqual(await runAtAws({ ...task, file: theirs.file }));
    expect(ours.lines()).toEqual(theirs.lines());
    expect(ours.lines()).toContain("first");
  });
});
