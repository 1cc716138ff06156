/** A function behind the stream of the provider keys: as Lambda runs it, killed, asked twice, deployed anew. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BatchFault } from "../../local/event-sources/faults.ts";
import { streamArnOf } from "../../local/aws/dynamodb/stream-record.ts";
import type { LocalStack } from "../../local/stack.ts";
import type { LocalSystem } from "../../local/system.ts";
import { allow, functionWithRole } from "../contract/stack.ts";
import { canaryKey, Person, startForTest } from "../support/local-system.ts";
import { mappingResource } from "../unit/local-event-sources/toy-mapping.ts";

const source = `
export const handler = async (event) => {
  for (const { eventID, eventName } of event.Records) console.log("seen", eventID, eventName);
  await new Promise((resolve) => setTimeout(resolve, 30));
  for (const { eventID } of event.Records) console.log("done", eventID);
};
`;
const reading = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];

let system: LocalSystem;
let codeDirectory: string;
let isAllowed = true;
let fault: BatchFault = {};

/** The stack with one more function, behind the stream of its first table. */
function withMapping(stack: LocalStack): LocalStack {
  const keys = stack.tables.find(({ keySchema }) => keySchema.some((one) => one.AttributeName === "slot"));
  const streamArn = streamArnOf(keys?.arn ?? "");
  const { fn, role } = functionWithRole("toy", [
    allow(isAllowed ? reading : reading.slice(1), [streamArn]),
    allow(["dynamodb:ListStreams"], ["*"]),
  ]);
  return {
    ...stack,
    roles: [...stack.roles, role],
    functions: [...stack.functions, { ...fn, codeDirectory, handler: "toy.handler" }],
    eventSourceMappings: [mappingResource({ streamArn, functionArn: fn.arn })],
  };
}

beforeAll(async () => {
  codeDirectory = mkdtempSync(join(tmpdir(), "waxseal-toy-"));
  writeFileSync(join(codeDirectory, "toy.mjs"), source);
  const mappingFaults = ({ attempt }: { attempt: number }) => (attempt === 1 ? fault : undefined);
  system = await startForTest({ editStack: withMapping, mappingFaults });
});
afterAll(async () => {
  await system.close();
  rmSync(codeDirectory, { recursive: true, force: true });
});

/** The event ids that the function logged with this word. */
async function logged(word: string): Promise<string[]> {
  await system.streamsSettled();
  const lines = system.logLines().filter((line) => line.startsWith(`toy: ${word} `));
  return lines.map((line) => line.split(" ")[2] ?? "");
}

test("what a person saves reaches the function behind the stream", async () => {
  const ada = await Person.named(system, "ada");
  expect((await ada.save(canaryKey("openai"))).status).toBe(200);
  await expect(logged("done")).resolves.toHaveLength(1);
});

test("a function that is killed under its batch gets it again", async () => {
  fault = { killAfterMs: 0 };
  const before = new Set(await logged("done"));
  const bob = await Person.named(system, "bob");
  expect((await bob.save(canaryKey("openai"))).status).toBe(200);
  const done = (await logged("done")).filter((id) => !before.has(id));
  expect(done).toHaveLength(1);
});

test("a batch that is delivered twice is handled twice", async () => {
  fault = { deliveries: 2 };
  const before = new Set(await logged("seen"));
  const eve = await Person.named(system, "eve");
  expect((await eve.save(canaryKey("openai"))).status).toBe(200);
  const [one, other, ...more] = (await logged("done")).filter((id) => !before.has(id));
  expect([one, more]).toEqual([other, []]);
});

test("a deployment goes on where the function was", async () => {
  fault = {};
  const before = new Set(await logged("done"));
  await system.deploy({ writeSuite: "A256GCM" });
  const dan = await Person.named(system, "dan");
  expect((await dan.save(canaryKey("openai"))).status).toBe(200);
  expect((await logged("done")).filter((id) => !before.has(id))).toHaveLength(1);
});

test("a missing permission to read the stream is named, and nothing is deployed", async () => {
  isAllowed = false;
  await expect(system.deploy({ writeSuite: "A256CBC-HS512" })).rejects.toThrow(
    /Mapping: the role toy may not dynamodb:DescribeStream on arn:aws:dynamodb:.*because no identity-based policy/,
  );
  expect(system.stack.roles.find(({ logicalId }) => logicalId === "toy")?.statements[0]?.actions).toEqual(
    reading,
  );
});
