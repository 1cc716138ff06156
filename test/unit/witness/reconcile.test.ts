import { describe, expect, test } from "vitest";
import { reconcile } from "../../../lib/witness/reconcile.ts";
import { WitnessWorld } from "../../support/witness-world.ts";
import * as aws from "./aws-records.ts";
import {
  call,
  claim,
  context,
  record,
  reEncryptRecord,
  roleArn,
  roles,
  sessionOf,
  foreignKmsKey,
  useId,
} from "./calls.ts";
import { worldSettings } from "./settings.ts";

const minute = 60_000;
const send = (world: WitnessWorld, event: unknown, remaining = () => 15 * minute) =>
  reconcile(world.ports, event, remaining);
const sweep = (world: WitnessWorld, remaining?: () => number) => send(world, { task: "sweep" }, remaining);

/** EventBridge's event of a new object (S3 User Guide, "EventBridge event message structure"). */
const created = (name: string) => ({
  source: "aws.s3",
  "detail-type": "Object Created",
  detail: { bucket: { name: "trail" }, object: { key: name, size: 5 }, reason: "PutObject" },
});
const viaCloudTrail = (detail: unknown) => ({
  source: "aws.kms",
  "detail-type": "AWS API Call via CloudTrail",
  detail,
});

const others = [
  { eventSource: "ec2.amazonaws.com", eventName: "RunInstances", eventID: "ec2" },
  record({ kmsKeys: [foreignKmsKey], eventID: "of others" }),
];

describe("a file of the trail", () => {
  test("is read when it comes: calls of ours are judged, others' not entered", async () => {
    const world = new WitnessWorld(worldSettings());
    world.record(call(), claim);
    const stranger = record({ by: sessionOf(roleArn("Stranger")), use: "", eventID: "stranger" });
    const name = world.deliver([record({ eventID: "use" }), stranger, ...others]);
    await send(world, created(name));
    expect(world.ledger.verdicts()).toEqual({
      use: "explained claim",
      stranger: "unaccounted foreign_principal",
    });
    expect(world.alarms).toEqual(["DECRYPTION_UNACCOUNTED"]);
    expect(world.ledger.files.get(name)).toMatchObject({
      records: 4,
      calls: 2,
      hash: expect.any(String) as string,
    });
  });

  test("that was told of twice is read once, and again where it was not whole", async () => {
    const world = new WitnessWorld(worldSettings());
    const name = world.deliver([record()]);
    await send(world, created(name));
    const [whole] = [world.files.get(name)];
    world.files.delete(name);
    await send(world, created(name));
    expect(world.ledger.files.get(name)?.problem).toBeUndefined();
    if (whole) world.files.set(name, { ...whole, content: whole.content.subarray(0, 40) });
    world.ledger.files.clear();
    await send(world, created(name));
    expect(world.ledger.files.get(name)?.problem).toBe("malformed");
    expect(world.alarms).toContain("TRAIL_FILE_MALFORMED");
    if (whole) world.files.set(name, whole);
    await send(world, created(name));
    expect(world.ledger.files.get(name)?.problem).toBeUndefined();
  });

  test("of another account, another region, a digest or anything else is left", async () => {
    const world = new WitnessWorld(worldSettings());
    const name = world.deliver([record()]);
    const strange = [
      name.replaceAll("123456789012", "210987654321"),
      name.replaceAll("eu-central-1", "us-east-1"),
      name.replaceAll("CloudTrail", "CloudTrail-Digest"),
      "AWSLogs/readme.txt",
      "",
    ];
    for (const other of strange) await send(world, created(other));
    expect([world.ledger.files.size, world.ledger.entries.size]).toEqual([0, 0]);
  });

  test("that fails in its middle is not noted, and read again whole", async () => {
    const world = new WitnessWorld(worldSettings());
    const name = world.deliver([record({ eventID: "1" }), record({ eventID: "2", use: "" })]);
    const { ports } = world;
    const failing = { ...ports.report, unaccounted: () => Promise.reject(new Error("no answer")) };
    await expect(reconcile({ ...ports, report: failing }, created(name), () => minute)).rejects.toThrow(
      "no answer",
    );
    expect(world.ledger.files.size).toBe(0);
    await send(world, created(name));
    expect(world.ledger.files.size).toBe(1);
    expect(world.alarms).toEqual(["DECRYPTION_UNACCOUNTED"]);
  });
});

describe("the sweep", () => {
  test("reads what nobody told of, once its event can be under way no more", async () => {
    const world = new WitnessWorld(worldSettings());
    await sweep(world);
    world.deliver([record({ use: "", eventID: "lost" })]);
    await sweep(world);
    expect(world.alarms).toEqual([]);
    world.time += 2 * minute;
    await sweep(world);
    expect(world.alarms).toEqual(["DECRYPTION_UNACCOUNTED"]);
  });

  test("goes on where it was, after a day in which it did not run", async () => {
    const world = new WitnessWorld(worldSettings());
    await sweep(world);
    for (let hour = 0; hour < 30; hour += 1) {
      world.time += 60 * minute;
      world.deliver([record({ use: "", eventID: `hour ${hour}` })]);
    }
    world.time += 2 * minute;
    await sweep(world);
    expect(Object.keys(world.ledger.verdicts())).toHaveLength(30);
  });

  test("with little time left begins nothing, and loses nothing", async () => {
    const world = new WitnessWorld(worldSettings());
    await sweep(world);
    world.deliver([record({ use: "", eventID: "1" })]);
    world.time += 200 * minute;
    world.deliver([record({ use: "", eventID: "2" })]);
    world.time += 2 * minute;
    await sweep(world, () => 1000);
    expect(world.ledger.verdicts()).toEqual({});
    world.time += 400 * minute;
    await sweep(world);
    expect(Object.keys(world.ledger.verdicts())).toEqual(["1", "2"]);
  });

  test("names a file that was read and is gone, once", async () => {
    const world = new WitnessWorld(worldSettings());
    await sweep(world);
    const name = world.deliver([record()]);
    await send(world, created(name));
    world.files.delete(name);
    world.time += 2 * minute;
    await sweep(world);
    await sweep(world);
    expect(world.alarms.filter((code) => code === "TRAIL_FILE_MISSING")).toHaveLength(1);
    const [entry] = world.enteredOf("control_plane_changed").filter(({ details }) => details?.["file"]);
    expect(entry?.details).toEqual({ change: "trail_file_missing", file: name });
  });

  test("lets a call wait for its claim until the grace time after it was seen, and no longer", async () => {
    const world = new WitnessWorld(worldSettings({ graceSeconds: 300 }));
    await send(world, created(world.deliver([record({ eventID: "e" })])));
    world.time += 299_000;
    await sweep(world);
    expect(world.ledger.verdicts()).toEqual({});
    world.time += 2_000;
    await sweep(world);
    expect(world.ledger.verdicts()).toEqual({ e: "unaccounted no_such_claim" });
    expect(world.alarms).toEqual(["DECRYPTION_WITHOUT_CLAIM"]);
    world.record(call(), claim);
    world.time += minute;
    await sweep(world);
    expect(world.ledger.verdicts()).toEqual({ e: "explained claim" });
    expect(world.enteredOf("decryption_explained_late")).toHaveLength(1);
  });

  test("looks once an hour at what has been overdue for longer, and gives it up after eight days", async () => {
    const world = new WitnessWorld(worldSettings());
    world.time = Date.parse("2026-11-25T10:10:00.000Z");
    await send(world, viaCloudTrail(record({ eventID: "e" })));
    world.time += 10 * minute;
    await sweep(world);
    world.record(call(), claim);
    world.time = Date.parse("2026-11-25T13:10:00.000Z");
    await sweep(world);
    expect(world.ledger.verdicts()).toEqual({ e: "unaccounted no_such_claim" });
    world.time = Date.parse("2026-11-25T14:00:10.000Z");
    await sweep(world);
    expect(world.ledger.verdicts()).toEqual({ e: "explained claim" });

    const given = new WitnessWorld(worldSettings());
    await send(given, viaCloudTrail(record({ eventID: "e" })));
    given.time += 10 * minute;
    await sweep(given);
    given.time = Date.parse("2026-12-04T14:00:10.000Z");
    await sweep(given);
    given.record(call(), claim);
    await sweep(given);
    expect(given.ledger.verdicts()).toEqual({ e: "unaccounted no_such_claim" });
  });

  test("passes by a file that cannot be read, names it until it can, and settles what waits meanwhile", async () => {
    const world = new WitnessWorld(worldSettings());
    await sweep(world);
    await send(world, created(world.deliver([record({ eventID: "waits" })])));
    world.time += 6 * minute;
    const broken = world.deliver([record({ use: "", eventID: "hidden" })]);
    world.time += minute;
    world.deliver([record({ use: "", eventID: "after it" })]);
    world.time += 2 * minute;
    const { ports } = world;
    const open = (name: string) =>
      name === broken ? Promise.reject(new Error("of another's key")) : ports.source?.open(name);
    const failing = { ...ports, source: ports.source && { ...ports.source, open } } as typeof ports;
    await reconcile(failing, { task: "sweep" }, () => 15 * minute);
    expect(Object.keys(world.ledger.verdicts()).toSorted()).toEqual(["after it", "waits"]);
    expect(world.alarms).toEqual(["DECRYPTION_WITHOUT_CLAIM", "RECONCILE_FAILED", "DECRYPTION_UNACCOUNTED"]);
    world.time += 60 * minute;
    await reconcile(failing, { task: "sweep" }, () => 15 * minute);
    expect(world.alarms).toContain("TRAIL_FILE_UNREADABLE");
    world.time += 600 * minute;
    await sweep(world);
    expect(world.ledger.verdicts()["hidden"]).toBe("unaccounted no_use_id");
  });

  test("takes it for its own failure where no file can be read", async () => {
    const world = new WitnessWorld(worldSettings());
    await sweep(world);
    for (let file = 0; file < 11; file += 1) world.deliver([]);
    world.time += 2 * minute;
    const { ports } = world;
    const open = () => Promise.reject(new Error("no answer"));
    const failing = { ...ports, source: ports.source && { ...ports.source, open } };
    await expect(reconcile(failing, { task: "sweep" }, () => 15 * minute)).rejects.toThrow("no answer");
  });

  test("without a trail settles what the fast path saw", async () => {
    const world = new WitnessWorld(worldSettings({ trail: undefined }));
    await send(world, viaCloudTrail(record({ eventID: "e" })));
    world.time += 10 * minute;
    await sweep(world);
    expect(world.alarms).toEqual(["DECRYPTION_WITHOUT_CLAIM"]);
  });
});

describe("with a small grace time", () => {
  test("the invocation itself waits, and reports within five seconds of the call", async () => {
    const world = new WitnessWorld(worldSettings({ graceSeconds: 0 }));
    world.time = Date.parse("2026-11-25T10:00:01.900Z");
    await send(world, created(world.deliver([record({ eventID: "e", at: "2026-11-25T10:00:01Z" })])));
    expect(world.alarms).toEqual(["DECRYPTION_WITHOUT_CLAIM"]);
    expect(world.time).toBeLessThanOrEqual(Date.parse("2026-11-25T10:00:06.000Z"));
  });

  test("a claim that is recorded meanwhile explains the call", async () => {
    const world = new WitnessWorld(worldSettings({ graceSeconds: 0 }));
    world.time = Date.parse("2026-11-25T10:00:01.500Z");
    const { ports } = world;
    const wait = async (milliseconds: number) => {
      world.time += milliseconds;
      if (world.time >= Date.parse("2026-11-25T10:00:02.500Z")) world.record(call(), claim);
    };
    const name = world.deliver([record({ eventID: "e", at: "2026-11-25T10:00:01Z" })]);
    await reconcile({ ...ports, wait }, created(name), () => minute);
    expect(world.ledger.verdicts()).toEqual({ e: "explained claim" });
    expect(world.alarms).toEqual([]);
  });

  test("what nothing could explain needs no waiting", async () => {
    const world = new WitnessWorld(worldSettings({ graceSeconds: 0 }));
    const before = world.time;
    await send(world, viaCloudTrail(record({ use: "", by: sessionOf(roleArn("Stranger")) })));
    expect([world.alarms, world.time]).toEqual([["DECRYPTION_UNACCOUNTED"], before]);
  });
});

test("a call that came by the fast path and in the file is one", async () => {
  const world = new WitnessWorld(worldSettings());
  const one = record({ by: sessionOf(roleArn("Stranger")) });
  await send(world, viaCloudTrail(one));
  await send(world, created(world.deliver([one])));
  expect([world.ledger.entries.size, world.alarms]).toEqual([1, ["DECRYPTION_UNACCOUNTED"]]);
});

test("a re-encryption to a KMS key that is not the stack's is reported at once, by whoever it is", async () => {
  const world = new WitnessWorld(worldSettings());
  await send(world, viaCloudTrail(reEncryptRecord({ destination: foreignKmsKey })));
  const [entry] = world.enteredOf("decryption_unaccounted");
  expect(entry?.details).toMatchObject({ reason: "re_encrypted_away", destination: foreignKmsKey });
  expect(world.alarms).toEqual(["DECRYPTION_UNACCOUNTED"]);
});

test("nothing that others chose reaches an event or a log line as it is", async () => {
  const world = new WitnessWorld(worldSettings());
  const strange = `<script>${"x".repeat(500)}`;
  const by = { type: "AssumedRole", arn: strange, accountId: strange };
  await send(world, viaCloudTrail(record({ by, context: { ...context, slot: strange, ownerId: strange } })));
  const written = JSON.stringify([[...world.entered.values()], world.lines]);
  expect(written).not.toContain("<script>");
  expect(written).not.toContain("x".repeat(301));
  expect(world.enteredOf("decryption_unaccounted")[0]).not.toHaveProperty("ownerId");
});

describe("the control plane", () => {
  const ours = worldSettings({ kmsKeys: [aws.documentedKmsKey] });
  const changesOf = async (...events: unknown[]) => {
    const world = new WitnessWorld(ours);
    for (const event of events) await send(world, event);
    const changes = world.enteredOf("control_plane_changed").map(({ details }) => details ?? {});
    return { changes: changes.filter(({ change }) => !change?.startsWith("role_")), alarms: world.alarms };
  };

  test("a changed key policy wakes somebody, and is an event with who did it; twice delivered it is one", async () => {
    const { changes, alarms } = await changesOf(
      viaCloudTrail(aws.putKeyPolicy),
      viaCloudTrail(aws.putKeyPolicy),
    );
    expect(changes).toEqual([
      {
        change: "PutKeyPolicy",
        of: aws.documentedKmsKey,
        principal: "arn:aws:iam::111122223333:user/Alice",
        level: "page",
      },
    ]);
    expect(new Set(alarms)).toEqual(new Set(["CONTROL_PLANE_CHANGED"]));
  });

  test.each([
    ...["CreateGrant", "DisableKey", "ScheduleKeyDeletion", "DisableKeyRotation", "ImportKeyMaterial"],
    ...["DeleteImportedKeyMaterial", "UpdatePrimaryRegion", "ReplicateKey", "AnythingNew"],
  ])("so does %s", async (eventName) => {
    const { alarms } = await changesOf(viaCloudTrail({ ...aws.putKeyPolicy, eventName }));
    expect(alarms).toEqual(["CONTROL_PLANE_CHANGED"]);
  });

  test("what opens nothing, what a deployment does, and what was refused can wait for the morning", async () => {
    const by = { ...aws.identities.iamUser, invokedBy: "cloudformation.amazonaws.com" };
    const cases = [
      ...["RevokeGrant", "RetireGrant", "EnableKey", "CancelKeyDeletion"].map((eventName) => ({ eventName })),
      { userIdentity: by },
      { errorCode: "AccessDenied" },
    ];
    for (const changes of cases) {
      const { alarms } = await changesOf(viaCloudTrail({ ...aws.putKeyPolicy, ...changes }));
      expect(alarms, JSON.stringify(changes)).toEqual(["CONTROL_PLANE_TOUCHED"]);
    }
  });

  test("a rotation is an event, and no alarm", async () => {
    const { changes, alarms } = await changesOf(
      viaCloudTrail(aws.rotateKey),
      aws.rotationEvent,
      viaCloudTrail({ ...aws.putKeyPolicy, eventName: "RotateKeyOnDemand" }),
    );
    expect(changes.map(({ change }) => change)).toEqual(
      ["RotateKey", "KMS CMK Rotation"].concat("RotateKeyOnDemand"),
    );
    expect(alarms).toEqual([]);
  });

  test("KMS's own word that a key is deleted, or its material has expired, wakes somebody", async () => {
    for (const kind of ["KMS CMK Deletion", "KMS Imported Key Material Expiration"]) {
      const { alarms } = await changesOf({ ...aws.rotationEvent, "detail-type": kind });
      expect(alarms).toEqual(["CONTROL_PLANE_CHANGED"]);
    }
  });

  test("others' KMS keys, reads, and what is no change are left", async () => {
    const otherKey = { requestParameters: {}, resources: [{ ARN: foreignKmsKey }] };
    const { changes } = await changesOf(
      viaCloudTrail({ ...aws.putKeyPolicy, ...otherKey }),
      viaCloudTrail({ ...aws.putKeyPolicy, eventName: "GetKeyPolicy", readOnly: true }),
      { ...aws.rotationEvent, resources: [foreignKmsKey] },
      { source: "aws.ec2", "detail-type": "EC2 Instance State-change Notification" },
      null,
    );
    expect(changes).toEqual([]);
  });

  const trailEvent = (eventName: string, requestParameters: object) => ({
    ...{ ...aws.putKeyPolicy, eventSource: "cloudtrail.amazonaws.com", eventName, resources: undefined },
    requestParameters,
  });

  test.each(["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"])(
    "%s of any trail of the account wakes somebody",
    async (eventName) => {
      const { changes, alarms } = await changesOf(
        viaCloudTrail(trailEvent(eventName, { name: "their-trail" })),
      );
      expect(changes).toMatchObject([{ change: eventName, of: "their-trail" }]);
      expect(alarms).toEqual(["CONTROL_PLANE_CHANGED"]);
    },
  );

  test("so does every change of the audit's or the trail's bucket, and of no other", async () => {
    const bucketEvent = (eventName: string, bucketName: string) => ({
      ...trailEvent(eventName, { bucketName }),
      eventSource: "s3.amazonaws.com",
    });
    const names = ["PutBucketPolicy", "PutBucketVersioning", "PutBucketLifecycle", "DeleteBucket"];
    for (const name of names) {
      const { alarms } = await changesOf(viaCloudTrail(bucketEvent(name, "audit")));
      expect(alarms).toEqual(["CONTROL_PLANE_CHANGED"]);
    }
    const { changes } = await changesOf(
      viaCloudTrail(bucketEvent("PutBucketPolicy", "another")),
      viaCloudTrail({ ...bucketEvent("PutObject", "audit"), managementEvent: false }),
    );
    expect(changes).toEqual([]);
  });

  test("is seen in the trail's files too, for what EventBridge did not deliver", async () => {
    const world = new WitnessWorld(ours);
    world.files.clear();
    const name = world.deliver([aws.putKeyPolicy]);
    await send(world, created(name));
    expect(world.enteredOf("control_plane_changed").map(({ details }) => details?.["change"])).toContain(
      "PutKeyPolicy",
    );
  });
});

describe("roles that come and go", () => {
  test("are events, once each; a job's last decryptions are explained when its role is gone already", async () => {
    const job = worldSettings();
    const without = { ...job.roles, opening: [roles.proxy] };
    const world = new WitnessWorld(job);
    await sweep(world);
    await sweep(world);
    const later = new WitnessWorld({ ...job, roles: without });
    for (const role of await world.ledger.roles()) await later.ledger.noteRole(role);
    later.time = world.time + 5 * minute;
    const jobs = record({
      by: sessionOf(roles.job),
      use: `${useId}.1`,
      eventID: "last",
      at: "2026-11-25T10:12:00Z",
    });
    const after = record({ by: sessionOf(roles.job), eventID: "after", at: "2026-11-25T11:00:00Z" });
    later.record(call(), { ...claim, type: "key_reseal_claimed", at: "2026-11-25T10:11:59.000Z" });
    await send(later, created(later.deliver([jobs, after])));
    expect(later.ledger.verdicts()).toEqual({
      last: "explained claim",
      after: "unaccounted foreign_principal",
    });
    const told = (one: WitnessWorld) =>
      one
        .enteredOf("control_plane_changed")
        .map(({ details }) => `${details?.["change"] ?? ""} ${details?.["role"] ?? ""}`);
    expect(told(world)).toEqual(
      [roles.proxy, roles.job, roles.save, roles.rewrap].map((arn) => `role_admitted ${arn}`),
    );
    expect(told(later)).toEqual([`role_ended ${roles.job}`]);
  });

  test("that come back are admitted again", async () => {
    const world = new WitnessWorld(worldSettings());
    await sweep(world);
    const [noted] = (await world.ledger.roles()).filter(({ arn }) => arn === roles.job);
    if (noted) await world.ledger.noteRole({ ...noted, until: "2026-11-24T00:00:00.000Z" });
    await sweep(world);
    expect((await world.ledger.roles()).find(({ arn }) => arn === roles.job)).not.toHaveProperty("until");
    const admitted = world
      .enteredOf("control_plane_changed")
      .filter(({ details }) => details?.["role"] === roles.job);
    expect(admitted).toHaveLength(2);
  });
});
