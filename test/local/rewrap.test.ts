import {
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { DecryptCommand, GenerateDataKeyCommand, KMSClient, ReEncryptCommand } from "@aws-sdk/client-kms";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rewrapAttributes, wrappingAttributes } from "../../lib/attributes.ts";
import { encryptionContextOf } from "../../lib/provider-keys/encryption-context.ts";
import type { LocalSystem } from "../../local/system.ts";
import { runCommand } from "../support/command.ts";
import {
  awsConfig,
  canaryKey,
  Person,
  startForTest,
  storedItems,
  tableName,
} from "../support/local-system.ts";
import { openAll, sealedParts, seedRecords, type Seeded } from "../support/records.ts";
import { currentMaterial, rewrapRole, rotateMaterial } from "../support/rewrap-run.ts";

const RECORDS = 300;

let system: LocalSystem;
let seeded: Seeded[];

beforeAll(async () => {
  system = await startForTest();
  seeded = await seedRecords(system, RECORDS);
});
afterAll(() => system.close());

describe("the rewrap role, tried", () => {
  const underRole = () => {
    const credentials = {
      accessKeyId: system.accessKeyIdOfRole(rewrapRole(system)),
      secretAccessKey: "local",
    };
    const config = { ...awsConfig(system), credentials };
    return { kms: new KMSClient(config), dynamo: new DynamoDBClient(config) };
  };
  const denied = { name: "AccessDeniedException" };
  const names = (attributes: readonly string[]) => ({
    ProjectionExpression: attributes.map((name) => `#${name}`).join(", "),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
  });
  const address = () => {
    const { ownerId, slot } = seeded[0]!;
    return { ownerId: { S: ownerId }, slot: { S: slot } };
  };

  test.each(["ciphertext", "iv", "tag", "label", "recordId"])("cannot read %s", async (attribute) => {
    const { dynamo } = underRole();
    const read = { TableName: tableName(system), Select: "SPECIFIC_ATTRIBUTES" } as const;
    const allowed = new ScanCommand({ ...read, ...names(wrappingAttributes), Limit: 1 });
    expect((await dynamo.send(allowed)).Count).toBe(1);
    const scan = new ScanCommand({ ...read, ...names([...wrappingAttributes, attribute]) });
    await expect(dynamo.send(scan)).rejects.toMatchObject(denied);
    const filter = { FilterExpression: `attribute_exists(${attribute})` };
    const filtered = new ScanCommand({ ...read, ...names(wrappingAttributes), ...filter });
    await expect(dynamo.send(filtered)).rejects.toMatchObject(denied);
  });

  test("cannot read whole items in any way", async () => {
    const { dynamo } = underRole();
    const TableName = tableName(system);
    const reads = [
      new ScanCommand({ TableName }),
      new ScanCommand({ TableName, Select: "ALL_ATTRIBUTES" }),
      new QueryCommand({
        TableName,
        KeyConditionExpression: "ownerId = :o",
        ExpressionAttributeValues: { ":o": address().ownerId },
      }),
    ];
    for (const read of reads) await expect(dynamo.send(read)).rejects.toMatchObject(denied);
    await expect(dynamo.send(new GetItemCommand({ TableName, Key: address() }))).rejects.toMatchObject(
      denied,
    );
  });

  test("cannot write a ciphertext or anything else but the wrapping, nor have the record returned", async () => {
    const { dynamo } = underRole();
    const write = (more: Partial<UpdateItemCommandInput>) =>
      dynamo.send(
        new UpdateItemCommand({
          TableName: tableName(system),
          Key: address(),
          ReturnValues: "NONE",
          ...more,
        }),
      );
    const set = (attribute: string) => ({
      UpdateExpression: `SET #it = :it`,
      ExpressionAttributeNames: { "#it": attribute },
      ExpressionAttributeValues: { ":it": { S: "changed" } },
    });
    const before = await storedItems(system);
    for (const attribute of ["ciphertext", "iv", "tag", "state", "cipherSuite", "endpointId", "expiresAt"])
      await expect(write(set(attribute))).rejects.toMatchObject(denied);
    for (const ReturnValues of ["ALL_NEW", "ALL_OLD", "UPDATED_NEW"] as const)
      await expect(write({ ...set("sealId"), ReturnValues })).rejects.toMatchObject(denied);
    await expect(write({ UpdateExpression: "REMOVE ciphertext" })).rejects.toMatchObject(denied);
    expect(await storedItems(system)).toEqual(before);
    // What it may: the condition here keeps even that from being applied.
    const allowed = { ...set("wrappedDataKey"), ConditionExpression: "attribute_not_exists(sealId)" };
    expect(rewrapAttributes).toContain("wrappedDataKey");
    await expect(write(allowed)).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
  });

  test("cannot decrypt, make data keys, or rewrap for another purpose or to another KMS key", async () => {
    const { kms } = underRole();
    const [item] = await storedItems(system);
    const EncryptionContext = encryptionContextOf("local", String(item?.["ownerId"]), String(item?.["slot"]));
    const CiphertextBlob = item?.["wrappedDataKey"] as Uint8Array;
    const KeyId = String(item?.["encryptionKeyId"]);
    const reEncrypt = (source: Record<string, string>, destination: Record<string, string>, to = KeyId) =>
      kms.send(
        new ReEncryptCommand({
          CiphertextBlob,
          SourceKeyId: KeyId,
          SourceEncryptionContext: source,
          DestinationKeyId: to,
          DestinationEncryptionContext: destination,
        }),
      );
    await expect(reEncrypt(EncryptionContext, EncryptionContext)).resolves.toMatchObject({ KeyId });
    const other = { ...EncryptionContext, purpose: "another" };
    const foreignStage = { ...EncryptionContext, stage: "prod" };
    await expect(reEncrypt(EncryptionContext, other)).rejects.toMatchObject(denied);
    await expect(reEncrypt(EncryptionContext, foreignStage)).rejects.toMatchObject(denied);
    await expect(reEncrypt(EncryptionContext, {})).rejects.toMatchObject(denied);
    const decrypt = new DecryptCommand({ CiphertextBlob, KeyId, EncryptionContext });
    await expect(kms.send(decrypt)).rejects.toMatchObject(denied);
    const generate = new GenerateDataKeyCommand({ KeyId, EncryptionContext, NumberOfBytes: 32 });
    await expect(kms.send(generate)).rejects.toMatchObject(denied);
  });
});

describe("a rotation under live traffic", () => {
  test("leaves nothing behind, disturbs no use, and changes no ciphertext", async () => {
    const untouched = await sealedParts(system);
    const traffic = new Traffic(system, seeded.slice(0, 20));
    const [{ code, json, stderr }, used] = await Promise.all([
      runCommand(system, ["rotate", "--json"]).finally(() => traffic.end()),
      traffic.run(),
    ]);
    expect({ code, json }, stderr).toMatchObject({ code: 0, json: { complete: true, failed: 0 } });
    expect(used.failures).toEqual([]);
    expect(used.uses).toBeGreaterThan(0);

    const census = await runCommand(system, ["census", "--json"]);
    expect(census.json).toMatchObject({ schemaVersion: 1, behind: 0, unreadable: 0 });
    const material = await currentMaterial(system);
    expect(census.json["byKeyMaterial"]).toEqual([
      expect.objectContaining({ keyMaterialId: material, current: true, records: census.json["total"] }),
    ]);
    const quiet = seeded.slice(20);
    expect(await openAll(system, quiet)).toEqual({ opened: quiet.length, failed: [] });
    const now = await sealedParts(system);
    for (const { ownerId, slot } of quiet)
      expect(now.get(`${ownerId}/${slot}`)).toBe(untouched.get(`${ownerId}/${slot}`));
  });

  test("is in each record's last change, with KMS's id of the request, for the audit", async () => {
    const items = await storedItems(system);
    const requests = new Set(
      system
        .cloudTrailRecords()
        .filter(({ eventName, errorCode }) => eventName === "ReEncrypt" && errorCode === undefined)
        .map(({ requestID }) => requestID),
    );
    const quiet = new Set(seeded.slice(20).map(({ ownerId }) => ownerId));
    const changes = items
      .filter(({ ownerId }) => quiet.has(String(ownerId)))
      .map(({ lastChange }) => lastChange);
    expect(changes).toHaveLength(quiet.size);
    for (const change of changes as Record<string, string>[]) {
      expect(change).toMatchObject({ operation: "rewrap", actor: "operator", caller: "waxseal rewrap" });
      expect(requests.has(change["kmsRequestId"] ?? "")).toBe(true);
    }
  });

  test("was made by the rewrap role in the operator's name, and the decryptions are uses alone", () => {
    const records = system.cloudTrailRecords().filter(({ errorCode }) => errorCode === undefined);
    const of = (name: string) => records.filter(({ eventName }) => eventName === name);
    const roleName = rewrapRole(system).split("/").at(-1) ?? "";
    const byCommand = of("ReEncrypt").filter(({ userIdentity }) =>
      String(userIdentity["arn"]).includes("/waxseal-"),
    );
    expect(byCommand.length).toBeGreaterThanOrEqual(RECORDS);
    for (const { userIdentity } of byCommand)
      expect(userIdentity["arn"]).toBe(
        `arn:aws:sts::111122223333:assumed-role/${roleName}/waxseal-administrator`,
      );
    for (const { userIdentity } of of("Decrypt")) expect(String(userIdentity["arn"])).not.toContain(roleName);
  });
});

describe("records that are damaged", () => {
  test("are named, those and no others; the rest is done; the exit code says that it is not all", async () => {
    const damaged = seeded.filter((_one, index) => index % 100 === 50);
    await damage(damaged);
    await rotateMaterial(system);
    const { code, json } = await runCommand(system, ["rewrap", "--json"]);
    expect(code).toBe(1);
    expect(json).toMatchObject({ failed: damaged.length, complete: false, state: "incomplete" });
    const failures = json["failures"] as { ownerId: string; reason: string }[];
    expect(failures.map(({ ownerId }) => ownerId).sort()).toEqual(
      damaged.map(({ ownerId }) => ownerId).sort(),
    );
    expect(new Set(failures.map(({ reason }) => reason))).toEqual(
      new Set(["DECRYPT_FAILED", "RECORD_MALFORMED"]),
    );
    const census = await runCommand(system, ["census", "--json"]);
    expect(census.json).toMatchObject({ behind: damaged.length });
    const whole = seeded.slice(20).filter((one) => !damaged.includes(one));
    expect(await openAll(system, whole)).toEqual({ opened: whole.length, failed: [] });
  });

  /** The wrapped data key itself, its form, and the KMS key that it is said to be of. */
  async function damage(some: readonly Seeded[]): Promise<void> {
    const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system)));
    const ways = [
      {
        name: "wrappedDataKey",
        value: Buffer.from("not wrapped by anyone, and long enough for it to be looked at"),
      },
      { name: "wrappedDataKey", value: "text" },
      { name: "encryptionKeyId", value: "arn:aws:kms:us-east-1:999999999999:key/another-account" },
    ];
    for (const [index, { ownerId, slot }] of some.entries()) {
      const { name, value } = ways[index % ways.length]!;
      await dynamo.send(
        new UpdateCommand({
          TableName: tableName(system),
          Key: { ownerId, slot },
          UpdateExpression: "SET #name = :value",
          ExpressionAttributeNames: { "#name": name },
          ExpressionAttributeValues: { ":value": value },
        }),
      );
    }
  }
});

/** People who use what they have, save anew and remove, until it is ended; every use must succeed. */
class Traffic {
  #isEnded = false;
  readonly #system: LocalSystem;
  readonly #seeded: readonly Seeded[];

  constructor(over: LocalSystem, some: readonly Seeded[]) {
    this.#system = over;
    this.#seeded = some;
  }

  end(): void {
    this.#isEnded = true;
  }

  async run(): Promise<{ uses: number; failures: string[] }> {
    const failures: string[] = [];
    let uses = 0;
    const expectOk = (what: string, { status }: Response) => {
      if (status !== 200) failures.push(`${what}: ${status}`);
    };
    const user = async ({ userId }: Seeded) => {
      const person = await Person.named(this.#system, userId);
      do {
        expectOk("use", await person.chat());
        uses += 1;
      } while (!this.#isEnded);
    };
    const saver = async (name: string) => {
      const person = await Person.named(this.#system, name);
      do {
        expectOk("save", await person.save(canaryKey("openai")));
        expectOk("use of what was saved", await person.chat());
        uses += 1;
        expectOk("removal", await person.request("DELETE", "/api/user/api-key", { provider: "openai" }));
      } while (!this.#isEnded);
    };
    await Promise.all([...this.#seeded.slice(0, 3).map(user), saver("saver-1"), saver("saver-2")]);
    return { uses, failures };
  }
}
