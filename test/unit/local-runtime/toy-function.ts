import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { LambdaFunction } from "../../../local/lambda/function.ts";
import { localAccountId, localRegion } from "../../../local/stack.ts";

export interface ToyFunction {
  readonly fn: LambdaFunction;
  /** What it logged so far. */
  readonly lines: string[];
}

/** A function whose deployed bundle is `source`; it ends with the test. */
export function toyFunction(source: string, timeoutSeconds = 10): ToyFunction {
  const codeDirectory = mkdtempSync(join(tmpdir(), "waxseal-toy-"));
  writeFileSync(join(codeDirectory, "toy.mjs"), source);
  const lines: string[] = [];
  const resource = {
    name: "toy",
    functionName: "waxseal-local-toy",
    arn: `arn:aws:lambda:${localRegion}:${localAccountId}:function:waxseal-local-toy`,
    codeDirectory,
    handler: "toy.handler",
    environment: { TOY: "yes" },
    timeoutSeconds,
    memoryMegabytes: 128,
    roleArn: `arn:aws:iam::${localAccountId}:role/toy`,
  };
  const identity = { accessKeyId: "AKIDTOY", awsEndpoint: "http://127.0.0.1:1" };
  const fn = new LambdaFunction(resource, identity, (line) => lines.push(line));
  onTestFinished(async () => {
    await fn.close();
    rmSync(codeDirectory, { recursive: true });
  });
  return { fn, lines };
}

/** What a function that does not stream returned. */
export async function valueOf(fn: LambdaFunction, event: unknown = {}): Promise<unknown> {
  const result = await fn.invoke(event);
  if (result.streamed) throw new Error("it streamed");
  return result.value;
}
