import {
  GetDurableExecutionCommand,
  InvokeCommand,
  ListDurableExecutionsByFunctionCommand,
  StopDurableExecutionCommand,
} from "@aws-sdk/client-lambda";
import { describe, expect, test, vi } from "vitest";
import { allow } from "../../contract/stack.ts";
import { allowed, effects, run, start, startDurable, toyAlias, toyArn, watch } from "./durable-system.ts";

describe("a durable execution", () => {
  test("runs its steps, retries, waits, contexts and chained executions to the end, each effect as often as it should", async () => {
    const { client } = await startDurable();
    const { file, lines } = effects();
    const task = { file, self: toyAlias, with: ["flaky", "wait", "context", "part"] } as const;
    expect(await run(client, task)).toEqual({
      status: "SUCCEEDED",
      result: ["first", "flaky", "inner", "first", "last", "last"],
      error: undefined,
    });
    expect(lines()).toEqual(["first", "failed", "failed", "flaky", "inner", "first", "last", "last"]);
  });

  test("goes on from its last checkpoint when its environment is lost between two steps", async () => {
    const { client } = await startDurable();
    const { file, lines } = effects();
    expect(await run(client, { file, with: ["die"] })).toMatchObject({ status: "SUCCEEDED" });
    expect(lines()).toEqual(["first", "died", "last"]);
  });

  test("goes on from its last checkpoint when an invocation takes longer than the function's timeout", async () => {
    const { client } = await startDurable({ timeoutSeconds: 3 });
    const { file, lines } = effects();
    expect(await run(client, { file, with: ["hang"] })).toMatchObject({ status: "SUCCEEDED" });
    expect(lines()).toEqual(["first", "hung", "last"]);
  });

  test("goes on with the functions that it began with when others are deployed, which are kept for it; what begins then has the newer ones", async () => {
    const { client, deployAgain } = await startDurable();
    const { file, lines } = effects();
    const begun = await start(client, { file, with: ["four-seconds"] });
    await vi.waitFor(() => expect(lines()).toEqual(["first"]), { timeout: 20_000, interval: 5 });
    const { newer, unneeded } = deployAgain();
    let isUnneeded = false;
    void unneeded.then(() => (isUnneeded = true));
    expect(await run(client, { file: effects().file })).toMatchObject({ status: "SUCCEEDED" });
    expect(newer.invocations).toBe(1);
    expect(isUnneeded).toBe(false);
    expect(await watch(client, begun)).toMatchObject({ status: "SUCCEEDED" });
    await unneeded;
    expect(newer.invocations).toBe(1);
    expect(lines()).toEqual(["first", "last"]);
  });

  test("goes on after a restart with the same data folder, waits and chained executions included", async () => {
    const { folder, file, lines } = effects();
    const before = await startDurable({ dataDirectory: folder });
    const arn = await start(before.client, { file, self: toyAlias, with: ["part", "wait"] });
    await vi.waitFor(() => expect(lines()).toContain("first"), { timeout: 20_000, interval: 5 });
    await before.close();
    const { client } = await startDurable({ dataDirectory: folder });
    expect(await watch(client, arn)).toMatchObject({
      status: "SUCCEEDED",
      result: ["first", "first", "last", "last"],
    });
    // A step that was under way may be done again ("at least once"); here the first of either.
    expect(lines().filter((line) => line === "last")).toHaveLength(2);
  });

  test("fails with the error that left the handler", async () => {
    const { client } = await startDurable();
    const { file } = effects();
    const { status, error } = await run(client, { file, with: ["fail"] });
    expect(status).toBe("FAILED");
    expect(error).toMatchObject({ ErrorType: "StepError", ErrorMessage: "never" });
  });

  test("is told apart by its name: the same payload gives it again, another is refused", async () => {
    const { client } = await startDurable();
    const { file, lines } = effects();
    const arn = await start(client, { file }, "rewrap-1");
    expect(await start(client, { file }, "rewrap-1")).toBe(arn);
    await watch(client, arn);
    expect(await start(client, { file }, "rewrap-1")).toBe(arn);
    expect(lines()).toEqual(["first", "last"]);
    const other = start(client, { file, with: ["wait"] }, "rewrap-1");
    await expect(other).rejects.toMatchObject({ name: "DurableExecutionAlreadyStartedException" });
    expect(arn).toMatch(new RegExp(`^${toyArn}:1/durable-execution/rewrap-1/[\\w-]+$`));
  });

  test("times out as a whole", async () => {
    const { client } = await startDurable({ durable: { executionTimeoutSeconds: 2, retentionDays: 1 } });
    const { file } = effects();
    expect(await run(client, { file, with: ["long-wait"] })).toMatchObject({ status: "TIMED_OUT" });
  });

  test("can be stopped, and is listed", async () => {
    const { client } = await startDurable();
    const { file, lines } = effects();
    const arn = await start(client, { file, with: ["long-wait"] });
    await vi.waitFor(() => expect(lines()).toEqual(["first"]), { timeout: 20_000 });
    await client.send(
      new StopDurableExecutionCommand({ DurableExecutionArn: arn, Error: { ErrorMessage: "enough" } }),
    );
    expect(await watch(client, arn)).toMatchObject({ status: "STOPPED", error: { ErrorMessage: "enough" } });
    const list = (Statuses: ("STOPPED" | "RUNNING")[]) =>
      client.send(
        new ListDurableExecutionsByFunctionCommand({ FunctionName: "test-toy", Qualifier: "live", Statuses }),
      );
    expect((await list(["STOPPED"])).DurableExecutions?.map((one) => one.DurableExecutionArn)).toEqual([arn]);
    expect((await list(["RUNNING"])).DurableExecutions).toEqual([]);
  });

  test("is waited for by a synchronous invocation", async () => {
    const { client } = await startDurable();
    const { file } = effects();
    const answer = await client.send(
      new InvokeCommand({
        FunctionName: "test-toy",
        Qualifier: "live",
        Payload: JSON.stringify({ file, with: ["wait"] }),
      }),
    );
    expect(JSON.parse(answer.Payload!.transformToString())).toEqual(["first", "last"]);
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: "1" });
    expect(answer.FunctionError).toBeUndefined();
  });

  test("is started by a rule's event, which no one waits for", async () => {
    const { client, lambda } = await startDurable();
    const { file, lines } = effects();
    lambda.deliver(toyAlias, JSON.stringify({ file }));
    const listed = await client.send(new ListDurableExecutionsByFunctionCommand({ FunctionName: toyAlias }));
    const [execution] = listed.DurableExecutions ?? [];
    expect(await watch(client, execution?.DurableExecutionArn ?? "")).toMatchObject({ status: "SUCCEEDED" });
    expect(lines()).toEqual(["first", "last"]);
  });

  test("is not started by an unqualified name", async () => {
    const { client } = await startDurable();
    for (const FunctionName of ["test-toy", toyArn])
      await expect(client.send(new InvokeCommand({ FunctionName }))).rejects.toMatchObject({
        name: "InvalidParameterValueException",
        message: "You cannot invoke a durable function using an unqualified ARN.",
      });
  });
});

describe("AWS's limits", () => {
  test("of 3,000 operations: as many are done, one more fails the execution", async () => {
    const { client } = await startDurable();
    const { file } = effects();
    // The execution itself is one of them.
    expect(await run(client, { file, steps: 2_999 })).toMatchObject({ status: "SUCCEEDED", result: 2_999 });
    const { status, error } = await run(client, { file, steps: 3_000 });
    expect(status).toBe("FAILED");
    expect(error?.ErrorMessage).toContain("3000 durable operations");
  });

  test("of a step's result: 256 KB", async () => {
    const { client } = await startDurable();
    const { file } = effects();
    expect(await run(client, { file, bytes: 262_142 })).toMatchObject({
      status: "SUCCEEDED",
      result: 262_142,
    });
    const { status, error } = await run(client, { file, bytes: 262_143 });
    expect(status).toBe("FAILED");
    expect(error?.ErrorMessage).toContain("262144 bytes");
  });
});

describe("without a permission", () => {
  test("to checkpoint, the execution fails", async () => {
    const { client } = await startDurable({ statements: [allowed.state, allowed.invoke] });
    const { file } = effects();
    const { status, error } = await run(client, { file });
    expect(status).toBe("FAILED");
    expect(error?.ErrorMessage).toContain("lambda:CheckpointDurableExecution");
  });

  test("on its executions rather than on the function alone, it fails too", async () => {
    const onFunction = allow(["lambda:CheckpointDurableExecution"], [toyArn]);
    const { client } = await startDurable({ statements: [onFunction] });
    const { file } = effects();
    expect(await run(client, { file })).toMatchObject({ status: "FAILED" });
  });

  test("to read the state, an execution that has more of it than an event holds does not go on", async () => {
    const { file } = effects();
    const task = { file, steps: 150, with: ["wait"] } as const;
    const { client } = await startDurable();
    expect(await run(client, task)).toMatchObject({ status: "SUCCEEDED", result: 150 });
    const without = await startDurable({ statements: [allowed.checkpoint] });
    const { status, error } = await run(without.client, task);
    expect({ status, type: error?.ErrorType }).toEqual({ status: "FAILED", type: "AccessDeniedException" });
  });

  test("to invoke the other function, the chained invocation fails in the function that asked for it", async () => {
    const { client } = await startDurable({ statements: [allowed.checkpoint, allowed.state] });
    const { file, lines } = effects();
    const { status, error } = await run(client, { file, self: toyAlias, with: ["part"] });
    expect({ status, type: error?.ErrorType }).toEqual({ status: "FAILED", type: "InvokeError" });
    expect(error?.ErrorMessage).toContain("lambda:InvokeFunction");
    expect(lines()).toEqual(["first"]);
  });

  test("no execution is started, read or stopped", async () => {
    const { client, asToy } = await startDurable({ statements: [] });
    const arn = await start(client, { file: effects().file });
    const calls = [
      asToy.send(new InvokeCommand({ FunctionName: toyAlias })),
      asToy.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn })),
      asToy.send(new StopDurableExecutionCommand({ DurableExecutionArn: arn })),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});
