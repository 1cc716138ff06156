import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { DeployedFunctions } from "../../../local/deployed-functions.ts";
import { LogRing } from "../../../local/lambda/log-ring.ts";
import { functionWithRole } from "../../contract/stack.ts";

const source = `
export const plain = () => new Promise(() => setInterval(() => {}, 1000));
export const streaming = awslambda.streamifyResponse(async (event, stream) => {
  const body = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: {} });
  body.write("first ");
  await new Promise((resolve) => setTimeout(resolve, 200));
  await new Promise((resolve) => body.end("last", resolve));
});
`;

function deployed(exportName: string, timeoutSeconds = 1): DeployedFunctions {
  const codeDirectory = mkdtempSync(join(tmpdir(), "waxseal-deployed-"));
  writeFileSync(join(codeDirectory, "index.mjs"), source);
  const { fn } = functionWithRole("toy", []);
  const toy = { ...fn, codeDirectory, handler: `index.${exportName}`, timeoutSeconds };
  const identity = { accessKeyId: "AKIDTOY", awsEndpoint: "http://127.0.0.1:1" };
  const functions = new DeployedFunctions([toy], () => identity, new LogRing());
  onTestFinished(async () => {
    await functions.close();
    rmSync(codeDirectory, { recursive: true });
  });
  return functions;
}

test("retired functions without work end at once, and fail who still asks", async () => {
  const functions = deployed("plain");
  await functions.retire();
  expect(() => functions.invoke("stranger", {})).toThrow("there is no function stranger");
});

test("a retired function ends when its invocation has, by its time-out at the latest", async () => {
  const functions = deployed("plain");
  const invoked = functions.invoke("toy", {}).catch((error: unknown) => error);
  await functions.retire();
  expect(await invoked).toHaveProperty("name", "InvocationFailed");
});

test("a retired function's streaming answer comes whole", async () => {
  const functions = deployed("streaming", 30);
  const result = await functions.invoke("toy", {});
  const retired = functions.retire();
  if (!result.streamed) throw new Error("it did not stream");
  expect(await text(result.body)).toBe("first last");
  await retired;
});

test("where the client has gone away, the function has its time-out to finish", async () => {
  const functions = deployed("streaming");
  const result = await functions.invoke("toy", {});
  if (!result.streamed) throw new Error("it did not stream");
  let ended = false;
  const retired = functions.retire().then(() => (ended = true));
  result.body.destroy();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(ended).toBe(false);
  await retired;
});
