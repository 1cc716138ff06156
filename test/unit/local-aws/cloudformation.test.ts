/** CloudFormation API Reference, "DescribeStacks" and "Stack". */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint, type AwsEndpointOptions } from "../../../local/aws/endpoint.ts";
import { clientSettings, nameOfError } from "../../contract/guarantee.ts";
import { allow, emptyStack, functionWithRole, kmsKeyResource } from "../../contract/stack.ts";

const outputs = { ProviderKeysTable: "Test-Table", Url: "https://a.example/?a=1&b=<2>" };
const stackArns = "arn:aws:cloudformation:us-east-1:111122223333:stack/Test/*";
const may = functionWithRole("may", [allow(["cloudformation:DescribeStacks"], [stackArns])]);
const mayNot = functionWithRole("may-not", []);
const stack = {
  ...emptyStack,
  outputs,
  kmsKeys: [kmsKeyResource(1)],
  roles: [may.role, mayNot.role],
  functions: [may.fn, mayNot.fn],
};
const [first, second] = [new Date("2026-11-01T00:00:00Z"), new Date("2026-11-02T00:00:00Z")];

let endpoint: AwsEndpoint;
const start = async (options: Partial<AwsEndpointOptions> = {}) => {
  endpoint = await startAwsEndpoint({ stack, port: 0, now: () => first, ...options });
};
afterEach(() => endpoint.close());

const describeStacks = (StackName?: string, accessKeyId?: string) =>
  new CloudFormationClient(clientSettings(endpoint.url, accessKeyId)).send(
    new DescribeStacksCommand({ StackName }),
  );

test("the stack is described by its name, by its ARN and among all", async () => {
  await start();
  const { Stacks: [described] = [] } = await describeStacks("Test");
  expect(described).toMatchObject({
    StackName: "Test",
    StackStatus: "CREATE_COMPLETE",
    CreationTime: first,
    Outputs: [
      { OutputKey: "ProviderKeysTable", OutputValue: "Test-Table" },
      { OutputKey: "Url", OutputValue: "https://a.example/?a=1&b=<2>" },
    ],
  });
  expect(described).not.toHaveProperty("LastUpdatedTime");
  expect((await describeStacks(described?.StackId)).Stacks).toEqual([described]);
  expect((await describeStacks()).Stacks).toEqual([described]);
});

test("a stack that there is not is a ValidationError", async () => {
  await start();
  await expect(describeStacks("Other")).rejects.toMatchObject({
    name: "ValidationError",
    message: "Stack with id Other does not exist",
    $metadata: { httpStatusCode: 400 },
  });
});

test("a role needs cloudformation:DescribeStacks on that stack", async () => {
  await start();
  const as = (roleArn: string, name?: string) =>
    nameOfError(describeStacks(name, endpoint.accessKeyIdOf(roleArn)));
  expect(await as(may.role.arn, "Test")).toBe("succeeded");
  expect(await as(may.role.arn, "Other")).toBe("AccessDenied");
  expect(await as(may.role.arn)).toBe("AccessDenied");
  expect(await as(mayNot.role.arn, "Test")).toBe("AccessDenied");
});

test("deployed anew it is updated, with the new outputs", async () => {
  let now = first;
  await start({ now: () => now });
  now = second;
  await endpoint.deploy({ ...stack, outputs: { A: "b" } });
  const { Stacks: [described] = [] } = await describeStacks("Test");
  expect(described).toMatchObject({
    StackStatus: "UPDATE_COMPLETE",
    CreationTime: first,
    LastUpdatedTime: second,
    Outputs: [{ OutputKey: "A", OutputValue: "b" }],
  });
});

test("a start with the state of an earlier run is an update too", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "waxseal-data-"));
  onTestFinished(() => {
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  await start({ dataDirectory });
  await endpoint.close();
  await start({ dataDirectory, now: () => second });
  const { Stacks: [described] = [] } = await describeStacks("Test");
  const times = { CreationTime: first, LastUpdatedTime: second };
  expect(described).toMatchObject({ StackStatus: "UPDATE_COMPLETE", ...times });
});
