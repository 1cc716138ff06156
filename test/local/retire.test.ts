import { DescribeKeyCommand, DisableKeyCommand, EnableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { runCommand } from "../support/command.ts";
import { awsConfig, startForTest } from "../support/local-system.ts";
import { seedRecords } from "../support/records.ts";

let system: LocalSystem;
let kms: KMSClient;
/** The ARN of the KMS key that is to be retired, under which nothing is wrapped. */
let KeyId: string;

beforeAll(async () => {
  system = await startForTest();
  KeyId = system.stack.outputs["EncryptionKeyArn"] ?? "";
  await system.deploy({ encryptionKeys: ["1", "2"], writeEncryptionKey: "2" });
  kms = new KMSClient(awsConfig(system));
});
afterEach(async () => {
  expect((await runCommand(system, ["retire", KeyId, "--undo"])).code).toBe(0);
});
afterAll(() => system.close());

const disable = () => kms.send(new DisableKeyCommand({ KeyId }));
const enable = () => kms.send(new EnableKeyCommand({ KeyId }));
const retire = async () => (await runCommand(system, ["retire", KeyId, "--json"])).json;
const time = (answer: Record<string, unknown>, name: string) => Date.parse(String(answer[name]));

async function stateOf(): Promise<string | undefined> {
  return (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
}

test("a KMS key that somebody else disabled counts from when that was first seen; enabled by them too, it waits anew", async () => {
  const waiting = await retire();
  await disable();
  const seen = await retire();
  expect(seen).toMatchObject({ state: "disabled" });
  expect(await retire()).toEqual(seen);
  await enable();
  const anew = await retire();
  expect([waiting["state"], anew["state"]]).toEqual(["waiting", "waiting"]);
  expect(time(anew, "readyAt")).toBeGreaterThan(time(waiting, "readyAt"));
  await disable();
  expect(time(await retire(), "safeToDeleteAt")).toBeGreaterThan(time(seen, "safeToDeleteAt"));
});

test("one that somebody else disabled stays disabled, though records need it and its retirement had begun", async () => {
  expect(await retire()).toMatchObject({ state: "waiting" });
  await system.deploy({ writeEncryptionKey: "1" });
  await seedRecords(system, 1, "needs-it");
  await system.deploy({ writeEncryptionKey: "2" });
  await disable();
  expect(await retire()).toMatchObject({ state: "needed", records: 1 });
  expect(await stateOf()).toBe("Disabled");
  expect(await retire()).toMatchObject({ state: "needed", records: 1 });
  expect(await stateOf()).toBe("Disabled");
  await enable();
  expect((await runCommand(system, ["rewrap"])).code).toBe(0);
});

test("one that the stack names no more is known by its description, and retired by its ARN", async () => {
  await system.deploy({ encryptionKeys: ["2"], writeEncryptionKey: "2" });
  expect((await runCommand(system, ["retire", "1"])).code).toBe(2);
  expect(await retire()).toMatchObject({ state: "waiting", encryptionKeyId: KeyId });
});
