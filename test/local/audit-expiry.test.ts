/** Retention: what a checkpoint of long ago covers gets its time to go, under the job's own role; and nothing else does. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetPublicKeyCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { canonicalBytes, hashOf } from "../../lib/audit/canonical.ts";
import { publicKeyPem } from "../../lib/audit/checkpoint.ts";
import { evidenceObjects } from "../../lib/audit/compose-checkpoint.ts";
import { intakeTable } from "../../lib/audit/intake.ts";
import { manifestName } from "../../lib/audit/manifest-store.ts";
import { takeCheckpoints, type CheckpointPorts } from "../../lib/audit/take-checkpoint.ts";
import type { LocalSystem } from "../../local/system.ts";
import { runCommand } from "../support/command.ts";
import { AuditHands, type Item } from "../support/audit.ts";
import { awsConfig, canaryKey, Person, startForTest } from "../support/local-system.ts";

const DAY_MS = 86_400_000;
const longAgo = (days: number) => new Date(Date.now() - days * DAY_MS);

let system: LocalSystem;
let hands: AuditHands;

beforeAll(async () => {
  const settings = { auditRetentionDays: 30, checkpointSchedule: "rate(7 days)", trail: "off" } as const;
  system = await startForTest({ audited: true, settings });
  hands = new AuditHands(system);
});
afterAll(() => system.close());

/** As the job would have signed then. */
function portsAt(at: Date): CheckpointPorts {
  const config = awsConfig(system, "checkpoint");
  const kms = new KMSClient(config);
  const keyId = hands.output("CheckpointKeyArn");
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const signing = { MessageType: "RAW", SigningAlgorithm: "ECDSA_SHA_256" } as const;
  const nothing = () => undefined;
  return {
    stage: "local",
    objects: evidenceObjects(s3, hands.output("AuditBucket")),
    intake: intakeTable(dynamo, hands.output("AuditIntakeTable")),
    signer: {
      keyId,
      publicKey: async () => {
        const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId: keyId }));
        return publicKeyPem(PublicKey);
      },
      sign: async (Message) => {
        const command = new SignCommand({ KeyId: keyId, Message, ...signing });
        return (await kms.send(command)).Signature ?? new Uint8Array();
      },
    },
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing, setRequestId: nothing },
    now: () => at,
    settleMs: 0,
  };
}

/** An event as it was recorded then, with its manifest. */
async function recordedAt(at: Date, id: string): Promise<Item> {
  const named = { schemaVersion: 1, recordId: `intake-${id}`, eventSeq: "000000000001" };
  const event = { ...named, type: "audit_read", at: at.toISOString() };
  await hands.dynamo.send(new PutCommand({ TableName: hands.output("AuditLogTable"), Item: event }));
  const body = canonicalBytes({ schemaVersion: 1, events: [[`intake-${id}/000000000001`, hashOf(event)]] });
  await hands.put(manifestName(at, body), body);
  return event;
}

const timeOf = async (event: Item) =>
  (await hands.recorded()).find(({ recordId }) => recordId === event["recordId"])?.["purgeAt"];

const isThere = async (event: Item) =>
  (await hands.recorded()).some(({ recordId }) => recordId === event["recordId"]);

test("events expire once they are old and a checkpoint covers them, which the audit says and takes for no tampering", async () => {
  const old = await recordedAt(longAgo(60), "old");
  await takeCheckpoints(portsAt(longAgo(59)));
  const young = await recordedAt(longAgo(20), "young");
  await takeCheckpoints(portsAt(longAgo(19)));
  // Old, and yet in no checkpoint that is.
  const uncovered = await recordedAt(longAgo(40), "uncovered");
  const person = await Person.named(system, "ada");
  expect((await person.save(canaryKey())).status).toBe(200);
  await hands.checkpoint();
  await expect
    .poll(async () => (await hands.recorded()).find(({ type }) => type === "events_expired")?.["details"])
    .toMatchObject({ checkpoint: "1" });
  // TTL is local as everything here: it deletes within seconds.
  await expect.poll(() => isThere(old), { timeout: 30_000 }).toBe(false);
  expect([await timeOf(young), await isThere(young)]).toEqual([undefined, true]);
  expect([await timeOf(uncovered), await isThere(uncovered)]).toEqual([undefined, true]);
  const types = (await hands.recorded()).map(({ type }) => type);
  for (const tampering of ["event_changed", "event_deleted"]) expect(types).not.toContain(tampering);
  expect(types.filter((type) => type === "events_expired")).toHaveLength(1);
});

test("the verification knows what has expired, and misses nothing else of it", async () => {
  const { json } = await runCommand(system, ["audit", "verify", "--integrity-only", "--json"]);
  const { expired, problems } = json["integrity"] as { expired: number; problems: { kind: string }[] };
  expect(expired).toBe(1);
  // What the test itself did not have signed.
  expect(problems.filter(({ kind }) => kind !== "manifest_not_in_checkpoint")).toEqual([]);
});

test("the next run begins after what is done, and changes nothing", async () => {
  const before = await hands.recorded();
  await hands.checkpoint();
  await system.streamsSettled();
  const after = await hands.recorded();
  for (const event of before) expect(after).toContainEqual(event);
  expect(after.filter(({ type }) => type === "events_expired")).toHaveLength(1);
});

test("without retention the job may give no event a time", async () => {
  await system.deploy({ auditRetentionDays: 0 });
  const role = system.stack.roles.find(({ logicalId }) => logicalId.startsWith("AuditCheckpoints"));
  const actions = (role?.statements ?? []).flatMap((statement) => statement.actions);
  expect(actions).toContain("kms:Sign");
  expect(actions).not.toContain("dynamodb:UpdateItem");
});
