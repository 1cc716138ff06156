import { deepEqual, equal } from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { LambdaFunction } from "../../local/lambda/function.ts";
import { words } from "../local/sdks/conversations.ts";
import { personWith, type World } from "./world.ts";

const root = path.join(import.meta.dirname, "../..");
const userId = "example-own-lambda";

/** The function bundled and run as the local system runs its own: in an environment of its own, under the role that has `grantUse`. */
export async function ownLambda(world: World): Promise<void> {
  const token = await personWith(world, userId, "openai");
  const codeDirectory = await mkdtemp(path.join(tmpdir(), "waxseal-example-"));
  const summary = functionAt(codeDirectory, world);
  const invoke = async (about: object) => (await summary.invoke(about)) as { readonly value?: unknown };
  try {
    await bundleInto(codeDirectory);
    deepEqual((await invoke({ userId, text: "A long text." })).value, { summary: words });
    deepEqual((await invoke({ userId: "nobody", text: "A long text." })).value, { error: "NO_KEY" });
    equal(await lastUsedBy(world, token), "summary");
  } finally {
    await summary.close();
    await rm(codeDirectory, { recursive: true });
  }
}

function functionAt(codeDirectory: string, { system }: World): LambdaFunction {
  const granted = system.stack.functions.find(({ name }) => name === "provider-proxy");
  if (!granted) throw new Error("there is no function with grantUse in the stack");
  const openai = { OPENAI_BASE_URL: `${system.standIn}/v1` };
  const own = { functionName: "summary", codeDirectory, handler: "handler.handler" };
  const identity = { accessKeyId: system.accessKeyIdOf("provider-proxy"), awsEndpoint: system.awsEndpoint };
  const fn = { ...granted, ...own, environment: { ...granted.environment, ...openai } };
  return new LambdaFunction(fn, identity, (line) => process.stderr.write(`${line}\n`));
}

async function bundleInto(outdir: string): Promise<void> {
  await build({
    entryPoints: [path.join(root, "docs/examples/own-lambda/handler.ts")],
    alias: { waxseal: path.join(root, "lib/index.ts") },
    ...{ outdir, outExtension: { ".js": ".mjs" }, bundle: true, splitting: true },
    ...{ format: "esm", platform: "node", target: "node24", mainFields: ["module", "main"] },
    logLevel: "warning",
  });
}

/** As its owner sees it. */
async function lastUsedBy({ system }: World, token: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` };
  const listed: unknown = await (await fetch(`${system.api}/v1/provider-keys`, { headers })).json();
  return (listed as { providerKeys: { lastUsedBy?: string }[] }).providerKeys[0]?.lastUsedBy;
}
