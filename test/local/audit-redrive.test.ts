/** What a recorder had to put aside, recorded after all: under the roles of the stack, by the operator's command. */
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AwsError } from "../../local/aws/protocol.ts";
import type { LocalStack } from "../../local/stack.ts";
import type { LocalSystem } from "../../local/system.ts";
import { AuditHands, type Item } from "../support/audit.ts";
import { runCommand } from "../support/command.ts";
import { awsConfig, CANARY, canaryKey, Person, startForTest } from "../support/local-system.ts";

let system: LocalSystem;
let hands: AuditHands;
/** Whether the recorder is refused its writes of events, as where a permission is missing. */
let isBroken = false;

/** Given up after the second attempt: in AWS that takes 23 hours. */
const impatient = (stack: LocalStack): LocalStack => ({
  ...stack,
  eventSourceMappings: (stack.eventSourceMappings ?? []).map((mapping) => ({ ...mapping, maxRetries: 1 })),
});

beforeAll(async () => {
  system = await startForTest({
    audited: true,
    settings: { checkpointSchedule: "rate(7 days)", trail: "off" },
    editStack: impatient,
    faults({ operation, caller }, service) {
      const isWrite = isBroken && service === "dynamodb" && operation === "PutItem";
      if (!isWrite || !caller.name.includes("Recorder")) return undefined;
      return { when: "before", error: new AwsError("AccessDeniedException") };
    },
  });
  hands = new AuditHands(system);
});
afterAll(() => system.close());

const bucket = () => system.stack.eventSourceMappings?.[0]?.onFailureBucket ?? "";
const aside = () => hands.names("aws/lambda/", bucket());
const redrive = (...flags: string[]) => runCommand(system, ["audit", "redrive", "--json", ...flags]);

async function savedAndUsed(name: string): Promise<void> {
  const person = await Person.named(system, name);
  expect((await person.save(canaryKey("openai"))).status).toBe(200);
  for (let use = 0; use < 3; use += 1) expect((await person.chat()).status).toBe(200);
  await system.streamsSettled();
}

const typesOf = (events: readonly Item[]) =>
  events
    .filter(({ type }) => String(type).startsWith("key_"))
    .map(({ eventSeq, type }) => `${String(eventSeq)} ${String(type)}`)
    .toSorted();

test("with nothing put aside it says so, and ends with 0", async () => {
  await savedAndUsed("ada");
  const { code, json } = await redrive();
  expect(json).toEqual({ schemaVersion: 1, dryRun: false, batches: 0, records: 0, left: [], whole: true });
  expect(code).toBe(0);
});

test("what could not be recorded is put aside, and an alarm", async () => {
  const before = await hands.recorded();
  isBroken = true;
  await savedAndUsed("bob");
  expect((await aside()).length).toBeGreaterThan(0);
  expect(await hands.recorded()).toEqual(before);
  const alarms = system.alarms().map(({ name, topics }) => `${name} ${topics.join(" ")}`);
  expect(alarms).toContainEqual(expect.stringMatching(/AuditAlarmsAUDITNOTRECORDED.* .*ticket/));
  expect(alarms).toContainEqual(expect.stringMatching(/AuditWatchPutAsideRecords.* .*page/));
});

const refused = /AccessDenied|explicit deny|not authorized/i;

test("nobody reads it, or plants another, whatever they may: not an administrator either", async () => {
  const [Key = ""] = await aside();
  const own = { Bucket: bucket(), Key };
  await expect(hands.s3.send(new GetObjectCommand(own))).rejects.toThrow(refused);
  const planted = new PutObjectCommand({ ...own, Key: "aws/lambda/planted", Body: "{}" });
  await expect(hands.s3.send(planted)).rejects.toThrow(refused);
});

test("whoever may redrive has the recorder record nothing of theirs", async () => {
  const accessKeyId = system.accessKeyIdOfRole(hands.output("AuditRedriveRole"));
  const lambda = new LambdaClient({
    ...awsConfig(system),
    credentials: { accessKeyId, secretAccessKey: "local" },
  });
  const FunctionName = system.stack.functions.find(({ name }) => name === "audit-recorder")?.functionName;
  const invented = new InvokeCommand({ FunctionName, Payload: "{}" });
  await expect(lambda.send(invented)).rejects.toThrow(/not authorized to perform: lambda:InvokeFunction/);
  const own = new InvokeCommand({
    FunctionName: hands.output("AuditRedriveFunction"),
    Payload: JSON.stringify({ task: "redrive", dryRun: false, after: "", Records: [] }),
  });
  const { FunctionError, Payload } = await lambda.send(own);
  expect([FunctionError, Payload?.transformToString()]).toEqual([
    "Unhandled",
    expect.stringContaining("The request does not have the documented form"),
  ]);
});

test("a recorder that fails whole is an alarm by Lambda's own count", async () => {
  const failed = () => system.alarms().filter(({ name }) => name.includes("AuditWatchRecorderErrors"));
  expect(failed()).toEqual([]);
  const FunctionName = system.stack.functions.find(({ name }) => name === "audit-recorder")?.functionName;
  const malformed = new InvokeCommand({ FunctionName, Payload: JSON.stringify({ Records: [] }) });
  expect(await new LambdaClient(awsConfig(system)).send(malformed)).toMatchObject({
    FunctionError: "Unhandled",
  });
  expect(failed()).toHaveLength(1);
});

test("a dry run says what there is, changes nothing, and ends with 1", async () => {
  const before = await aside();
  const { code, json, stdout } = await redrive("--dry-run");
  expect(json).toMatchObject({ dryRun: true, batches: before.length, left: [], whole: true });
  expect(json["records"]).toBeGreaterThanOrEqual(before.length);
  expect([code, await aside()]).toEqual([1, before]);
  expect(stdout).not.toContain(CANARY);
});

test("as long as the recorder fails all of it stays, is named, and it ends with 1", async () => {
  const before = await aside();
  const { code, json } = await redrive();
  expect(json).toMatchObject({ batches: 0, records: 0 });
  const left = json["left"] as { object: string; reason: string; batch: { shardId: string } }[];
  expect(left.map(({ object, reason }) => `${reason} ${object}`)).toEqual(
    before.map((object) => `NOT_RECORDED ${object}`),
  );
  expect(left.every(({ batch }) => batch.shardId.startsWith("shardId-"))).toBe(true);
  expect([code, await aside()]).toEqual([1, before]);
});

test("once it is mended every event is recorded, the bucket is empty, and the verification holds", async () => {
  isBroken = false;
  const before = (await aside()).length;
  const ada = typesOf(await hands.recorded());
  const { code, json } = await redrive();
  expect(json).toMatchObject({ batches: before, left: [], whole: true });
  expect([code, await aside()]).toEqual([0, []]);
  // Bob did what Ada did.
  expect(ada).toContain("000000000001 key_saved");
  expect(typesOf(await hands.recorded())).toEqual([...ada, ...ada].toSorted());
  expect(await hands.problems()).toEqual([]);
});

test("once more it changes nothing", async () => {
  const events = await hands.recorded();
  const { code, json } = await redrive();
  expect([code, json["batches"]]).toEqual([0, 0]);
  expect(await hands.recorded()).toEqual(events);
});
