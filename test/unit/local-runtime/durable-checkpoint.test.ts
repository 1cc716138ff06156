/** The driver under a function that is this test, so that it can send what the SDK would not. */
import { expect, test } from "vitest";
import { callersOf } from "../../../local/aws/caller.ts";
import { DurableDriver } from "../../../local/lambda/durable/driver.ts";
import { invokeTarget } from "../../../local/lambda/target.ts";
import { emptyStack, functionWithRole } from "../../contract/stack.ts";

const { fn, role } = functionWithRole("held", []);
const held = {
  ...fn,
  durable: { executionTimeoutSeconds: 60, retentionDays: 1 },
};
const stack = { ...emptyStack, functions: [held], roles: [role] };
const caller = callersOf(stack).identify(
  "AWS4-HMAC-SHA256 Credential=AKIAANY/20261125/us-east-1/lambda/aws4_request",
);
const target = invokeTarget(stack, held.arn, "$LATEST");

interface Event {
  readonly CheckpointToken: string;
  readonly InitialExecutionState: { readonly Operations: readonly { readonly Id: string }[] };
}
interface Answer {
  readonly CheckpointToken?: string;
  readonly NewExecutionState: { readonly Operations: readonly { Id: string; Status: string }[] };
}

/** An execution whose invocation waits until the test answers. */
async function heldExecution() {
  let answer: (value: unknown) => void = () => undefined;
  const events: Event[] = [];
  const driver = new DurableDriver({
    stack: () => stack,
    file: undefined,
    code: () => (_fn, event) => {
      events.push(event as Event);
      return new Promise((resolve) => (answer = resolve));
    },
  });
  const { arn } = driver.start({ target, input: "{}" });
  const checkpoint = (CheckpointToken: unknown, Updates: object[], ClientToken?: string) =>
    driver.checkpoint(arn, caller, { CheckpointToken, Updates, ClientToken }) as Answer;
  const token = events[0]!.CheckpointToken;
  return { driver, arn, events, checkpoint, token, answer: (value: unknown) => answer(value) };
}

const step = { Id: "step", Type: "STEP", Action: "START" };
const staleToken = expect.objectContaining({
  code: "InvalidParameterValueException",
  message: "Invalid Checkpoint Token",
}) as unknown;

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

test("each checkpoint takes its token and gives the next; one that is used up is refused", async () => {
  const { checkpoint, token } = await heldExecution();
  const first = checkpoint(token, [step]);
  expect(first.NewExecutionState.Operations).toMatchObject([{ Id: "step", Status: "STARTED" }]);
  expect(thrownBy(() => checkpoint(token, []))).toEqual(staleToken);
  expect(checkpoint(first.CheckpointToken, []).NewExecutionState.Operations).toEqual([]);
});

test("the same request again, as a client sends after a lost answer, has the same answer", async () => {
  const { checkpoint, token } = await heldExecution();
  const first = checkpoint(token, [step], "once");
  expect(checkpoint(token, [step], "once")).toEqual(first);
});

test("the token of an invocation that is over is refused", async () => {
  const { checkpoint, token, answer, driver, arn } = await heldExecution();
  answer({ Status: "SUCCEEDED", Result: "1" });
  expect(await driver.ended(arn)).toMatchObject({ status: "SUCCEEDED", result: "1" });
  expect(thrownBy(() => checkpoint(token, [step]))).toEqual(staleToken);
});

test.each<[string, object[]]>([
  ["an action that its type has not", [step, { Id: "wait", Type: "WAIT", Action: "SUCCEED" }]],
  ["a parent that is no context", [step, { ...step, Id: "inner", ParentId: "step" }]],
  ["a second start", [step, step]],
  ["another type for an operation that exists", [step, { Id: "step", Type: "CONTEXT", Action: "SUCCEED" }]],
  ["a change of a step that has ended", [step, { ...step, Action: "SUCCEED" }, { ...step, Action: "FAIL" }]],
  ["a payload of a failure", [step, { ...step, Action: "FAIL", Payload: "1" }]],
  ["a retry without its delay", [step, { ...step, Action: "RETRY" }]],
  ["a callback, which the local system has not", [step, { Id: "call", Type: "CALLBACK", Action: "START" }]],
  [
    "an error of more than 32 KB",
    [step, { ...step, Action: "FAIL", Error: { ErrorData: "x".repeat(32_768) } }],
  ],
])("%s is refused, with all that came with it", async (_what, updates) => {
  const { driver, arn, checkpoint, token } = await heldExecution();
  expect(thrownBy(() => checkpoint(token, updates))).toMatchObject({
    code: "InvalidParameterValueException",
  });
  expect(driver.get(arn).operations.size).toBe(1);
  expect(checkpoint(token, [step]).CheckpointToken).toBeDefined();
});

test("what a finished context held is not sent again, unless it is to be replayed", async () => {
  const { driver, arn, checkpoint, token } = await heldExecution();
  const context = (Id: string) => ({ Id, Type: "CONTEXT", Action: "START" });
  const inner = (ParentId: string) => ({ ...step, Id: `in-${ParentId}`, ParentId, Action: "SUCCEED" });
  const { CheckpointToken } = checkpoint(token, [
    ...["gone", "kept", "open"].flatMap((id) => [context(id), inner(id)]),
    { ...context("gone"), Action: "SUCCEED" },
    { ...context("kept"), Action: "SUCCEED", ContextOptions: { ReplayChildren: true } },
  ]);
  const ids = driver.state(arn, CheckpointToken).Operations.map(({ Id }) => Id);
  expect(ids.slice(1)).toEqual(["gone", "kept", "in-kept", "open", "in-open"]);
});

test.each([
  ["of PENDING with nothing that is pending", { Status: "PENDING" }, /no pending operations/],
  ["without a status", { hello: 1 }, /Invalid Status/],
  ["of nothing", undefined, /Invalid Status/],
])("an answer %s fails the execution", async (_what, value, message) => {
  const { driver, arn, answer } = await heldExecution();
  answer(value);
  const { status, error } = await driver.ended(arn);
  expect({ status, message: error?.ErrorMessage }).toEqual({
    status: "FAILED",
    message: expect.stringMatching(message) as unknown,
  });
});
