/** CloudTrail as the witness, in the whole system: what is accounted for, and each way round it that is found. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DecryptCommand,
  GetKeyPolicyCommand,
  KMSClient,
  PutKeyPolicyCommand,
  ReEncryptCommand,
} from "@aws-sdk/client-kms";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { kmsDataKeyUnwrapper } from "../../lib/kms/data-key-unwrapper.ts";
import { ownerIdOf } from "../../lib/owner.ts";
import { encryptionContextOf } from "../../lib/provider-keys/encryption-context.ts";
import { ProviderKeyStore } from "../../lib/provider-keys/store.ts";
import type { Fault } from "../../local/aws/faults.ts";
import { AwsError } from "../../local/aws/protocol.ts";
import { localBackEndRole } from "../../local/settings.ts";
import type { LocalSystem } from "../../local/system.ts";
import type { TrailFault } from "../../local/trail/faults.ts";
import { AuditHands, type Item } from "../support/audit.ts";
import { runCommand } from "../support/command.ts";
import {
  awsConfig,
  canaryKey,
  Person,
  startForTest,
  storedItems,
  tableName,
} from "../support/local-system.ts";

/** Until it is so; the test's own time limit ends it. */
async function until<Value>(look: () => Value | undefined | Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(100);
  }
}

const codeOf = (metric: string) => metric.slice(metric.lastIndexOf("/") + 1);

function kmsUnder(system: LocalSystem, accessKeyId: string): KMSClient {
  return new KMSClient({ ...awsConfig(system), credentials: { accessKeyId, secretAccessKey: "local" } });
}

interface Sealed {
  readonly wrappedDataKey: Uint8Array;
  readonly encryptionKeyId: string;
  readonly keyMaterialId: string;
  readonly context: ReturnType<typeof encryptionContextOf>;
}

/** What is stored of a person's provider key: all that KMS needs to open its data key. */
async function sealedOf(system: LocalSystem, subject: string): Promise<Sealed> {
  const ownerId = ownerIdOf(`${system.api}/local`, subject);
  const record = (await storedItems(system)).find((item) => item["ownerId"] === ownerId);
  return {
    wrappedDataKey: record?.["wrappedDataKey"] as Uint8Array,
    encryptionKeyId: String(record?.["encryptionKeyId"]),
    keyMaterialId: String(record?.["keyMaterialId"]),
    context: encryptionContextOf("local", ownerId, String(record?.["slot"])),
  };
}

const decryption = ({ wrappedDataKey, encryptionKeyId, context }: Sealed) =>
  new DecryptCommand({ CiphertextBlob: wrappedDataKey, KeyId: encryptionKeyId, EncryptionContext: context });

/** The event of the audit that tells of a call of KMS. */
async function toldOf(hands: AuditHands, requestId: string | undefined): Promise<Record<string, string>> {
  const event = await until(async () => {
    const events = await hands.items("AuditLogTable");
    const details = ({ details }: Item) => details as Record<string, string> | undefined;
    return events.find(
      (one) => one["type"] === "decryption_unaccounted" && details(one)?.["kmsRequestId"] === requestId,
    );
  });
  return event["details"] as Record<string, string>;
}

interface Verdict {
  readonly ok: boolean | null;
  readonly kmsDecrypts: number;
  readonly explained: number;
  readonly pending: number;
  readonly unaccounted: readonly { requestId: string; principal: string; reason: string }[];
  readonly unconfirmed: readonly { useId: string }[];
  readonly problems: readonly { kind: string; where: string }[];
  readonly informational: Readonly<Record<string, number>>;
}

async function verdictOf(system: LocalSystem, ...args: string[]): Promise<Verdict> {
  system.trails.flush();
  await system.streamsSettled();
  const { json, stderr } = await runCommand(system, ["audit", "verify", "--json", ...args]);
  if (json["completeness"] === undefined) throw new Error(stderr);
  return json["completeness"] as Verdict;
}

describe("with the trail's delay and the grace time at 0", () => {
  let system: LocalSystem;
  let hands: AuditHands;
  let sealed: Sealed;
  let trailFault: TrailFault | undefined;
  const alarms = () => system.alarms().map(({ metric }) => codeOf(metric));

  beforeAll(async () => {
    system = await startForTest({
      audited: true,
      settings: { graceSeconds: 0, trail: "create" },
      trailDelaySeconds: 0,
      trailFaults: () => trailFault,
    });
    hands = new AuditHands(system);
    const ada = await Person.named(system, "ada");
    expect((await ada.save(canaryKey())).status).toBe(200);
    expect((await ada.chat()).status).toBe(200);
    sealed = await sealedOf(system, "ada");
  });
  afterEach(() => {
    trailFault = undefined;
  });
  afterAll(() => system.close());

  test("a plain Decrypt with the right context under the proxy function's role is reported, by principal and request", async () => {
    const kms = new KMSClient(awsConfig(system, "provider-proxy"));
    const { $metadata } = await kms.send(decryption(sealed));
    const role = system.stack.functions.find(({ name }) => name === "provider-proxy")?.roleArn;
    expect(await toldOf(hands, $metadata.requestId)).toMatchObject({
      principal: role,
      reason: "no_use_id",
      level: "page",
    });
    await until(() => alarms().includes("DECRYPTION_UNACCOUNTED") || undefined);
  });

  test("so is one with a forged use id, for which somebody is told without being woken", async () => {
    const kms = new KMSClient(awsConfig(system, "provider-proxy"));
    let requestId: string | undefined;
    const noting = { send: noteRequest(kms, (id) => (requestId = id)) } as unknown as KMSClient;
    const unwrapper = kmsDataKeyUnwrapper(noting, "forgedFORGEDforgedFORG");
    await unwrapper.unwrapDataKey(sealed, sealed.context);
    expect(await toldOf(hands, requestId)).toMatchObject({
      reason: "no_such_claim",
      useId: "forgedFORGEDforgedFORG",
    });
    await until(() => alarms().includes("DECRYPTION_WITHOUT_CLAIM") || undefined);
  });

  test("and one that repeats the use id of a claim", async () => {
    const [used] = (await hands.items("AuditLogTable")).filter(({ type }) => type === "key_used");
    const kms = new KMSClient(awsConfig(system, "provider-proxy"));
    let requestId: string | undefined;
    const noting = { send: noteRequest(kms, (id) => (requestId = id)) } as unknown as KMSClient;
    await kmsDataKeyUnwrapper(noting, String(used?.["useId"])).unwrapDataKey(sealed, sealed.context);
    expect(await toldOf(hands, requestId)).toMatchObject({ reason: "attempt_repeated", level: "page" });
  });

  test("the policy that is opened to a stranger wakes somebody; so does the stranger's Decrypt, by whichever way it came", async () => {
    const admin = new KMSClient(awsConfig(system));
    const KeyId = sealed.encryptionKeyId;
    const { Policy = "" } = await admin.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }));
    await admin.send(new PutKeyPolicyCommand({ KeyId, Policy: openedTo(localBackEndRole, Policy) }));
    await until(() => alarms().includes("CONTROL_PLANE_CHANGED") || undefined);

    const stranger = kmsUnder(system, system.accessKeyIdOfRole(localBackEndRole));
    const byFile = await stranger.send(decryption(sealed));
    expect(await toldOf(hands, byFile.$metadata.requestId)).toMatchObject({
      principal: localBackEndRole,
      reason: "foreign_principal",
      level: "page",
    });
    // The files held back: EventBridge alone tells.
    trailFault = { delivery: "held" };
    const byBus = await stranger.send(decryption(sealed));
    expect(await toldOf(hands, byBus.$metadata.requestId)).toMatchObject({ reason: "foreign_principal" });
    trailFault = undefined;
    system.trails.release();
    await admin.send(new PutKeyPolicyCommand({ KeyId, Policy }));
  });

  test("verify and reconcile name them all, by principal and request id, from CloudTrail's files alone", async () => {
    const { ok, unaccounted, kmsDecrypts, explained } = await verdictOf(system);
    expect([ok, kmsDecrypts, explained]).toEqual([false, 6, 1]);
    expect(unaccounted.map(({ reason }) => reason).toSorted()).toEqual([
      ...["attempt_repeated", "foreign_principal", "foreign_principal", "no_such_claim", "no_use_id"],
    ]);
    const { code, json } = await runCommand(system, ["audit", "reconcile", "--json"]);
    expect(code).toBe(1);
    const calls = json["calls"] as { status: string; reason: string; requestId: string }[];
    expect(
      calls
        .filter(({ status }) => status === "unaccounted")
        .map(({ requestId }) => requestId)
        .toSorted(),
    ).toEqual(unaccounted.map(({ requestId }) => requestId).toSorted());
    expect(calls.map(({ reason }) => reason)).toEqual(expect.arrayContaining(["claim", "seal"]));
  });

  test("a call whose file is lost for a while is found when it comes, doubled and late", async () => {
    trailFault = { delivery: "held", copies: 2, isMissingOnBus: true };
    const kms = new KMSClient(awsConfig(system, "provider-proxy"));
    const { $metadata } = await kms.send(decryption(sealed));
    trailFault = undefined;
    expect((await verdictOf(system)).unaccounted.map(({ requestId }) => requestId)).not.toContain(
      $metadata.requestId,
    );
    system.trails.release();
    expect(await toldOf(hands, $metadata.requestId)).toMatchObject({ reason: "no_use_id" });
    const { unaccounted } = await verdictOf(system);
    expect(unaccounted.filter(({ requestId }) => requestId === $metadata.requestId)).toHaveLength(1);
  });
});

describe("with a grace time", () => {
  let system: LocalSystem;
  let hands: AuditHands;
  let person: Person;
  let fault: ((operation: string) => Fault | undefined) | undefined;
  let trailFault: (() => TrailFault | undefined) | undefined;
  let folder: string;
  /** That something is unaccounted for; other tests change policies and the like. */
  const alarms = () =>
    system
      .alarms()
      .filter(({ metric }) => /DECRYPTION_|TRAIL_|RECONCILE_/.test(metric))
      .map(({ metric }) => codeOf(metric));
  const sweep = () =>
    system.fireRule(system.stack.rules?.find(({ name }) => name.includes("Sweep"))?.name ?? "");

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "waxseal-witness-"));
    system = await startForTest({
      audited: true,
      settings: { graceSeconds: 60, trail: "create" },
      trailDelaySeconds: 0,
      faults: (call, service) => (service === "kms" ? fault?.(call.operation) : undefined),
      trailFaults: () => trailFault?.(),
    });
    hands = new AuditHands(system);
    person = await Person.named(system, "ada");
    expect((await person.save(canaryKey())).status).toBe(200);
  });
  afterEach(() => {
    fault = undefined;
    trailFault = undefined;
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await system.close();
  });

  test("a throttled attempt and one that KMS did not answer in time are explained, with those that came after them", async () => {
    const faults = ["before", "after", undefined, "before", undefined] as const;
    let decrypts = 0;
    fault = (operation) => {
      if (operation !== "Decrypt") return undefined;
      const when = faults[decrypts++];
      const code = when === "before" ? "ThrottlingException" : "KMSInternalException";
      return when && { when, error: new AwsError(code, "", { status: when === "before" ? 400 : 500 }) };
    };
    expect((await person.chat()).status).toBe(200);
    expect((await person.chat()).status).toBe(200);
    expect(decrypts).toBe(5);
    const { ok, kmsDecrypts, explained, unaccounted } = await verdictOf(system);
    // The one whose answer was lost was made.
    expect([ok, kmsDecrypts, explained, unaccounted]).toEqual([true, 3, 3, []]);
    expect(alarms()).toEqual([]);
  });

  test("a function that was killed between its claim and the decryption alarms nobody", async () => {
    const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system, "provider-proxy")));
    const store = new ProviderKeyStore(dynamo, tableName(system));
    const ownerId = ownerIdOf(`${system.api}/local`, "ada");
    const who = { actor: ownerId, caller: "killed", requestId: "request" };
    const change = {
      ...who,
      operation: "use",
      at: new Date().toISOString(),
      useId: "killedKILLEDkilledKILL",
    } as const;
    const claimed = await store.claim({ ownerId, slot: "openai/default" }, change, false);
    expect(claimed.applied).toBe(true);
    const { ok, unaccounted } = await verdictOf(system);
    expect([ok, unaccounted]).toEqual([true, []]);
    sweep();
    expect(alarms()).toEqual([]);
  });

  test("the calls of jobs are explained: of a rotation, a migration, an owner's export", async () => {
    const commands = [
      ["rotate"],
      ["export", "--owner", "ada", "--plaintext", "--out", path.join(folder, "ada.jsonl")],
    ];
    for (const command of commands) expect(await runCommand(system, command)).toMatchObject({ code: 0 });
    await system.deploy({ writeSuite: "A256GCM" });
    expect(await runCommand(system, ["migrate", "run"])).toMatchObject({ code: 0 });
    const { ok, unaccounted, informational } = await verdictOf(system);
    expect([ok, unaccounted, informational]).toEqual([true, [], {}]);
    const { json } = await runCommand(system, ["audit", "reconcile", "--json"]);
    const reasons = (json["calls"] as { reason: string }[]).map(({ reason }) => reason);
    expect(new Set(reasons)).toEqual(new Set(["seal", "claim", "rewrap"]));
    expect(alarms()).toEqual([]);
  });

  test("a job's role that is switched off leaves its decryptions explained", async () => {
    await system.deploy({ jobs: [] });
    sweep();
    await until(async () => {
      const events = await hands.items("AuditLogTable");
      return (
        events.some(
          ({ details }) => (details as Record<string, string> | undefined)?.["change"] === "role_ended",
        ) || undefined
      );
    });
    const { ok, unaccounted } = await verdictOf(system);
    expect([ok, unaccounted]).toEqual([true, []]);
  });

  test("deliveries that are doubled, late or out of order change nothing; held ones are missing only while they are", async () => {
    const faults: TrailFault[] = [
      { copies: 3 },
      { delivery: { lateMs: 800 } },
      { delivery: "held" },
      { isBackfilled: true },
    ];
    let records = 0;
    trailFault = () => faults[records++ % faults.length];
    for (let use = 0; use < 12; use += 1) expect((await person.chat()).status).toBe(200);
    const before = await verdictOf(system);
    trailFault = undefined;
    system.trails.release();
    await until(async () => {
      const { ok, kmsDecrypts, explained } = await verdictOf(system);
      return (ok === true && kmsDecrypts >= before.kmsDecrypts + 3 && explained === kmsDecrypts) || undefined;
    });
    expect(before.ok).toBe(true);
    expect(alarms()).toEqual([]);
  });

  test("taken into a folder with the trail's files, it is verified without AWS", async () => {
    system.trails.digest();
    await verdictOf(system);
    system.trails.digest();
    const evidence = path.join(folder, "evidence");
    const exported = await runCommand(system, [
      "audit",
      "export",
      "--evidence",
      evidence,
      "--with-trail",
      "--json",
    ]);
    expect(exported).toMatchObject({ code: 0 });
    const { json } = await runCommand(undefined, ["audit", "verify", "--offline", evidence, "--json"]);
    expect(json["completeness"]).toMatchObject({ ok: true, unaccounted: [], problems: [] });
    const { restsOn } = json["completeness"] as { restsOn: string[] };
    expect(restsOn[0]).toMatch(/^the folder's own word, which nobody signed/);
    expect(restsOn.join()).toMatch(/digests signed by CloudTrail/);
    const hashes = exported.json["sha256"] as Record<string, string>;
    expect(Object.keys(hashes)).toEqual(expect.arrayContaining(["events.jsonl", "witness.json"]));
    const kept = ["--witness-sha256", hashes["witness.json"] ?? ""];
    const known = await runCommand(undefined, ["audit", "verify", "--offline", evidence, ...kept, "--json"]);
    expect(known.json["completeness"]).toMatchObject({ ok: true });
    expect((known.json["completeness"] as { restsOn: string[] }).restsOn[0]).toMatch(/SHA-256 was given/);
  });

  test("a file of CloudTrail's that is deleted is named, by the sweep, by verify and by its digest", async () => {
    system.trails.flush();
    const bucket = hands.output("TrailBucket");
    const isLog = (name: string) => name.includes("/CloudTrail/");
    const noted = async () => new Set((await hands.items("TrailLedgerTable")).map(({ name }) => name));
    const [gone = ""] = await until(async () => {
      const names = (await hands.names("AWSLogs/", bucket)).filter(isLog);
      const read = await noted();
      return names.every((name) => read.has(name)) ? names : undefined;
    });
    system.trails.digest();
    await hands.destroy(gone, bucket);
    sweep();
    await until(() => alarms().includes("TRAIL_FILE_MISSING") || undefined);
    const { ok, problems } = await verdictOf(system);
    expect(ok).toBe(false);
    expect(problems).toContainEqual({ kind: "trail_file_missing", where: gone });
  });
});

/** By somebody who may change the policy: nobody is denied any more, and one more is let in. */
function openedTo(role: string, policy: string): string {
  const { Statement: statements, ...rest } = JSON.parse(policy) as { Statement: { Effect: string }[] };
  const open = {
    Sid: "Open",
    Effect: "Allow",
    Principal: { AWS: role },
    Action: "kms:Decrypt",
    Resource: "*",
  };
  const allowed = statements.filter(({ Effect: effect }) => effect === "Allow");
  return JSON.stringify({ ...rest, Statement: [...allowed, open] });
}

/** Sends, and notes under which id. */
function noteRequest(kms: KMSClient, note: (requestId: string | undefined) => void) {
  return async (command: DecryptCommand | ReEncryptCommand) => {
    const answer = await kms.send(command as DecryptCommand);
    note(answer.$metadata.requestId);
    return answer;
  };
}
