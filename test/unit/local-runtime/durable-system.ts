/** Lambda's part of the local system with the toy's bundle: the endpoint, its API, and the functions. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetDurableExecutionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { onTestFinished } from "vitest";
import { bundleFunction } from "../../../infra/bundle.ts";
import { startAwsEndpoint } from "../../../local/aws/endpoint.ts";
import { LambdaFunction } from "../../../local/lambda/function.ts";
import { invokeValue } from "../../../local/lambda/invoke-value.ts";
import { LambdaService } from "../../../local/lambda/service.ts";
import type { FunctionResource, LocalStack, Statement } from "../../../local/stack.ts";
import { allow, emptyStack, functionWithRole } from "../../contract/stack.ts";
import type { ToyTask } from "./durable-toy.ts";

const bundles = mkdtempSync(join(tmpdir(), "waxseal-durable-"));
const { directory, handler } = bundleFunction("toy", "test/unit/local-runtime/durable-toy.ts", bundles);
process.once("exit", () => rmSync(bundles, { recursive: true, force: true }));

export const toyArn = functionWithRole("toy", []).fn.arn;
export const toyAlias = `${toyArn}:live`;
const executions = `${toyArn}:*`;

export const allowed = {
  checkpoint: allow(["lambda:CheckpointDurableExecution"], [executions]),
  state: allow(["lambda:GetDurableExecutionState"], [executions]),
  invoke: allow(["lambda:InvokeFunction"], [toyAlias]),
};

export interface DurableOptions {
  readonly statements?: readonly Statement[];
  readonly durable?: FunctionResource["durable"];
  readonly timeoutSeconds?: number;
  readonly dataDirectory?: string;
}

/** It ends with the test, or before. */
export async function startDurable(options: DurableOptions = {}) {
  const { fn, role } = functionWithRole("toy", options.statements ?? Object.values(allowed));
  const toy: FunctionResource = {
    ...fn,
    codeDirectory: directory,
    handler,
    timeoutSeconds: options.timeoutSeconds ?? 60,
    durable: options.durable ?? { executionTimeoutSeconds: 600, retentionDays: 1 },
    versions: { "1": "1", live: "1" },
  };
  const stack: LocalStack = { ...emptyStack, functions: [toy], roles: [role] };
  const { dataDirectory } = options;
  const lambda = new LambdaService(stack, dataDirectory && join(dataDirectory, "durable.jsonl"));
  const aws = await startAwsEndpoint({ stack, port: 0, lambda });
  const identity = { accessKeyId: aws.accessKeyIdOf(toy.roleArn), awsEndpoint: aws.url };
  const lines: string[] = [];
  const running = new LambdaFunction(toy, identity, (line) => lines.push(line));
  const clientOf = (accessKeyId: string) =>
    new LambdaClient({
      region: "us-east-1",
      endpoint: aws.url,
      credentials: { accessKeyId, secretAccessKey: "local" },
      maxAttempts: 1,
    });
  lambda.serve(invokeValue({ invoke: (_name, event) => running.invoke(event) }));
  /** The same functions, deployed again; each invocation of the newer ones is counted. */
  const deployAgain = () => {
    const newer = { invocations: 0 };
    const invoke = invokeValue({
      invoke: (_name, event) => {
        newer.invocations += 1;
        return running.invoke(event);
      },
    });
    return { newer, unneeded: lambda.deploy(stack, invoke) };
  };
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    lambda.driver.close();
    await running.close();
    await aws.close();
  };
  onTestFinished(close);
  const client = clientOf("AKIAADMINISTRATOR");
  return { client, asToy: clientOf(identity.accessKeyId), lambda, lines, close, deployAgain };
}

/** A file for the toy's side effects, and what is in it. */
export function effects() {
  const folder = mkdtempSync(join(tmpdir(), "waxseal-effects-"));
  const file = join(folder, "effects");
  writeFileSync(file, "");
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, file, lines: () => readFileSync(file, "utf8").split("\n").slice(0, -1) };
}

export interface Ended {
  readonly status: string | undefined;
  readonly result: unknown;
  readonly error: { ErrorType?: string | undefined; ErrorMessage?: string | undefined } | undefined;
}

/** Starts an execution, without waiting. */
export async function start(client: LambdaClient, task: ToyTask, name?: string): Promise<string> {
  const started = await client.send(
    new InvokeCommand({
      FunctionName: toyAlias,
      InvocationType: "Event",
      Payload: JSON.stringify(task),
      ...(name !== undefined && { DurableExecutionName: name }),
    }),
  );
  return started.DurableExecutionArn!;
}

/** As a command line watches it. */
export async function watch(client: LambdaClient, arn: string): Promise<Ended> {
  for (;;) {
    const one = await client.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn }));
    if (one.Status !== "RUNNING")
      return {
        status: one.Status,
        result: one.Result === undefined ? undefined : (JSON.parse(one.Result) as unknown),
        error: one.Error,
      };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function run(client: LambdaClient, task: ToyTask): Promise<Ended> {
  return watch(client, await start(client, task));
}
