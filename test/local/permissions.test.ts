import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  PutKeyPolicyCommand,
  ReEncryptCommand,
} from "@aws-sdk/client-kms";
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signedFetch } from "../../lib/acting/signed-fetch.ts";
import type { FunctionName } from "../../lib/routes.ts";
import { localBackEndRole } from "../../local/settings.ts";
import type { Statement } from "../../local/stack.ts";
import type { LocalSystem } from "../../local/system.ts";
import {
  awsConfig,
  canaryKey,
  Person,
  startForTest,
  storedItems,
  tableName,
} from "../support/local-system.ts";

let system: LocalSystem;
let stored: Record<string, unknown>;

beforeAll(async () => {
  system = await startForTest();
  const owner = await Person.named(system, "owner");
  await owner.save(canaryKey());
  [stored = {}] = await storedItems(system);
});
afterAll(() => system.close());

type Flow = (person: Person, subject: string) => Promise<Response>;
const flows: Record<FunctionName, Flow> = {
  save: (person) => person.save(canaryKey()),
  status: (person) => person.request("GET", "/api/user/api-key-status"),
  list: (person) => person.request("GET", "/v1/provider-keys"),
  activity: (person) => person.request("GET", "/v1/activity"),
  describe: (person) => person.request("GET", "/v1/openapi.json"),
  update: (person) => person.request("PATCH", "/v1/provider-keys/openai", { label: "x" }),
  verify: (person) => person.request("POST", "/v1/provider-keys/openai/verify"),
  // Of a provider for which there is no `default`: the owner's list is asked.
  "provider-proxy": (person) => person.request("POST", "/proxy/anthropic/v1/messages", {}),
  "acting-proxy": (_person, subject) =>
    signed("POST", `${system.actingProxy}/proxy/anthropic/v1/messages`, subject),
  remove: (person) => person.request("DELETE", "/v1/provider-keys/openai"),
  "delete-owner": (_person, subject) => signed("DELETE", `${system.deleteOwner}/provider-keys`, subject),
};

/** As a back end's role that the local stage lists. */
function signed(method: string, url: string, userId: string): Promise<Response> {
  const accessKeyId = system.accessKeyIdOfRole(localBackEndRole);
  const body = method === "POST" ? new Uint8Array(Buffer.from("{}")) : undefined;
  const headers = new Headers({ "waxseal-user-id": userId, "content-type": "application/json" });
  const request = { method, url: new URL(url), headers, body };
  return signedFetch(request, { credentials: { accessKeyId, secretAccessKey: "local" } });
}

/** Which action on what; without it, that flow and no other fails. */
const needed: [FunctionName, string, "ProviderKeys" | "RateLimits" | "AuditTablesLog" | "key"][] = [
  ["save", "dynamodb:UpdateItem", "ProviderKeys"],
  ["save", "dynamodb:UpdateItem", "RateLimits"],
  ["save", "kms:GenerateDataKey", "key"],
  ["status", "dynamodb:Query", "ProviderKeys"],
  ["list", "dynamodb:Query", "ProviderKeys"],
  ["activity", "dynamodb:Query", "AuditTablesLog"],
  ["update", "dynamodb:UpdateItem", "ProviderKeys"],
  ["verify", "dynamodb:UpdateItem", "ProviderKeys"],
  ["verify", "dynamodb:UpdateItem", "RateLimits"],
  ["verify", "kms:Decrypt", "key"],
  ["provider-proxy", "dynamodb:UpdateItem", "ProviderKeys"],
  ["provider-proxy", "dynamodb:Query", "ProviderKeys"],
  ["provider-proxy", "kms:Decrypt", "key"],
  ["acting-proxy", "dynamodb:UpdateItem", "ProviderKeys"],
  ["acting-proxy", "dynamodb:Query", "ProviderKeys"],
  ["acting-proxy", "kms:Decrypt", "key"],
  ["remove", "dynamodb:UpdateItem", "ProviderKeys"],
  ["delete-owner", "dynamodb:UpdateItem", "ProviderKeys"],
  ["delete-owner", "dynamodb:Query", "ProviderKeys"],
];
/** Without these the flow goes on, and says so in its log: see `test/local/limits.test.ts`. */
const countsOnly: FunctionName[] = [
  ...(["status", "list", "activity", "update", "remove", "provider-proxy", "acting-proxy"] as const),
];
/**
 * Without the entry of what was read or refused each goes on, and says so in its log: see `test/local/activity.test.ts`
 * and `test/unit/audit/note-refusal.test.ts`.
 */
const entersOnly: FunctionName[] = [
  ...(["save", "status", "list", "activity", "update", "verify", "remove", "delete-owner"] as const),
  ...(["provider-proxy", "acting-proxy"] as const),
];

function statementsOf(name: string): Statement[] {
  const fn = system.stack.functions.find((candidate) => candidate.name === name);
  const role = system.stack.roles.find(({ arn }) => arn === fn?.roleArn);
  return role?.statements as Statement[];
}

/** Takes the action's statement out of the role that the running system checks; gives it back at the end. */
async function without<Result>(
  name: string,
  action: string,
  resource: string,
  run: () => Promise<Result>,
): Promise<Result> {
  const statements = statementsOf(name);
  const all = [...statements];
  const left = all.filter((statement) => {
    return !statement.actions.includes(action) || !statement.resources.join().includes(resource);
  });
  expect(left).toHaveLength(all.length - 1);
  statements.splice(0, Infinity, ...left);
  try {
    return await run();
  } finally {
    statements.splice(0, Infinity, ...all);
  }
}

describe("each action of each role is needed, and by its own flow only", () => {
  test("the roles have these actions, and the lines of their logs", () => {
    const actions = Object.keys(flows).flatMap((name) =>
      statementsOf(name).flatMap((statement) => statement.actions.map((action) => `${name} ${action}`)),
    );
    const inLogs = actions.filter((action) => action.includes(" logs:"));
    const others = actions.filter((action) => !inLogs.includes(action));
    const counting = countsOnly.map((name) => `${name} dynamodb:UpdateItem`);
    const always = needed.map(([name, action]) => `${name} ${action}`);
    const entering = entersOnly.map((name) => `${name} dynamodb:PutItem`);
    const expected = [...always, ...counting, ...entering];
    expect(others.sort()).toEqual(expected.sort());
  });

  test.each(needed)(
    "%s without %s on %s fails with AccessDeniedException, and nothing else does",
    async (name, action, resource) => {
      const subject = `${name}/${action}/${resource}`;
      const person = await Person.named(system, subject);
      expect((await person.save(canaryKey())).status).toBe(200);
      const other = { apiKey: canaryKey("anthropic") };
      await person.request("PUT", "/v1/provider-keys/anthropic/work", other);
      const linesBefore = system.logLines().length;
      const failed = await without(name, action, resource, async () => {
        const results: string[] = [];
        for (const [flow, run] of Object.entries(flows)) {
          const response = await run(person, subject);
          await response.text();
          if (!response.ok) results.push(`${flow} ${response.headers.get("waxseal-error-code") ?? ""}`);
        }
        return results;
      });
      expect(failed).toEqual([`${name} ACCESS_DENIED_BY_AWS`]);
      const lines = system
        .logLines()
        .slice(linesBefore)
        .filter((line) => line.includes("AccessDeniedException"));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(`waxseal-local-${name}`);
    },
  );
});

describe("each role is refused what it is not for", () => {
  const dynamo = (name?: string) => DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system, name)));
  const kms = (name?: string) => new KMSClient(awsConfig(system, name));
  const context = (): Record<string, string> => ({
    purpose: "waxseal/provider-key",
    stage: "local",
    ownerId: String(stored["ownerId"]),
    slot: "openai/default",
  });
  const at = () => ({
    TableName: tableName(system),
    Key: { ownerId: stored["ownerId"], slot: stored["slot"] },
  });
  const query = (projection?: string) => ({
    TableName: tableName(system),
    KeyConditionExpression: "#ownerId = :ownerId",
    ExpressionAttributeValues: { ":ownerId": stored["ownerId"] },
    ExpressionAttributeNames: { "#ownerId": "ownerId", ...(projection && { "#wanted": projection }) },
    ...(projection && { ProjectionExpression: "#wanted", Select: "SPECIFIC_ATTRIBUTES" as const }),
  });
  const set = (attribute: string, ReturnValues?: "NONE" | "ALL_NEW" | "ALL_OLD" | "UPDATED_NEW") =>
    new UpdateCommand({
      ...at(),
      UpdateExpression: "SET #a = :v",
      ExpressionAttributeNames: { "#a": attribute },
      ExpressionAttributeValues: { ":v": "x" },
      ...(ReturnValues && { ReturnValues }),
    });
  const kmsKeyArn = () => String(stored["encryptionKeyId"]);
  const decrypt = (EncryptionContext: Record<string, string> = context()) =>
    new DecryptCommand({
      CiphertextBlob: stored["wrappedDataKey"] as Uint8Array,
      KeyId: kmsKeyArn(),
      EncryptionContext,
    });
  const generate = (EncryptionContext: Record<string, string> = context()) =>
    new GenerateDataKeyCommand({ KeyId: kmsKeyArn(), NumberOfBytes: 64, EncryptionContext });
  const reEncrypt = () =>
    new ReEncryptCommand({
      CiphertextBlob: stored["wrappedDataKey"] as Uint8Array,
      SourceEncryptionContext: context(),
      DestinationKeyId: kmsKeyArn(),
      DestinationEncryptionContext: context(),
    });

  const reads = {
    "read an item": (name: string) => dynamo(name).send(new GetCommand(at())),
    "scan the table": (name: string) => dynamo(name).send(new ScanCommand({ TableName: tableName(system) })),
    "query everything": (name: string) => dynamo(name).send(new QueryCommand(query())),
    "query the ciphertext": (name: string) => dynamo(name).send(new QueryCommand(query("ciphertext"))),
    "query the wrapped data key": (name: string) =>
      dynamo(name).send(new QueryCommand(query("wrappedDataKey"))),
  };
  const destroys = {
    "delete an item": (name: string) => dynamo(name).send(new DeleteCommand(at())),
    "put an item": (name: string) =>
      dynamo(name).send(new PutCommand({ TableName: tableName(system), Item: at().Key })),
  };
  const writes = {
    "write any attribute": (name: string) => dynamo(name).send(set("label", "NONE")),
    "strip the ciphertext": (name: string) => dynamo(name).send(set("ciphertext", "NONE")),
  };
  const opens = {
    "decrypt a data key": (name: string) => kms(name).send(decrypt()),
  };
  const seals = {
    "make a data key": (name: string) => kms(name).send(generate()),
  };
  const rewraps = {
    "re-encrypt a data key": (name: string) => kms(name).send(reEncrypt()),
    "encrypt with the KMS key": (name: string) =>
      kms(name).send(
        new EncryptCommand({
          KeyId: kmsKeyArn(),
          Plaintext: new Uint8Array(8),
          EncryptionContext: context(),
        }),
      ),
    "change the key policy": (name: string) =>
      kms(name).send(new PutKeyPolicyCommand({ KeyId: kmsKeyArn(), Policy: "{}" })),
  };
  const refused: Record<FunctionName, Record<string, (name: string) => Promise<unknown>>> = {
    save: {
      ...reads,
      ...destroys,
      ...opens,
      ...rewraps,
      "have a write return the record": (name) => dynamo(name).send(set("label", "ALL_NEW")),
      "write without saying that nothing is returned": (name) => dynamo(name).send(set("label")),
      "write an attribute that no record has": (name) => dynamo(name).send(set("other", "NONE")),
      "make a data key for another purpose": (name) =>
        kms(name).send(generate({ ...context(), purpose: "x" })),
      "make a data key for another stage": (name) => kms(name).send(generate({ ...context(), stage: "x" })),
      "make a data key with one name more": (name) => kms(name).send(generate({ ...context(), more: "x" })),
      "make a data key without an owner": (name) => {
        const { ownerId: _owner, ...rest } = context();
        return kms(name).send(generate(rest));
      },
    },
    status: { ...reads, ...destroys, ...writes, ...opens, ...seals, ...rewraps },
    list: { ...reads, ...destroys, ...writes, ...opens, ...seals, ...rewraps },
    describe: { ...reads, ...destroys, ...writes, ...opens, ...seals, ...rewraps },
    activity: { ...reads, ...destroys, ...writes, ...opens, ...seals, ...rewraps },
    remove: {
      ...reads,
      ...destroys,
      ...opens,
      ...seals,
      ...rewraps,
      "have a removal return the record": (name) => dynamo(name).send(set("state", "ALL_OLD")),
      "move the record to another endpoint": (name) => dynamo(name).send(set("endpointId", "NONE")),
    },
    update: {
      ...reads,
      ...destroys,
      ...opens,
      ...seals,
      ...rewraps,
      "strip the ciphertext": writes["strip the ciphertext"],
      "have an update return the record": (name) => dynamo(name).send(set("label", "ALL_NEW")),
      "move the record to another endpoint": (name) => dynamo(name).send(set("endpointId", "NONE")),
    },
    verify: { ...reads, ...destroys, ...writes, ...seals, ...rewraps },
    "acting-proxy": { ...reads, ...destroys, ...writes, ...seals, ...rewraps },
    "delete-owner": { ...reads, ...destroys, ...opens, ...seals, ...rewraps },
    "provider-proxy": {
      ...reads,
      ...destroys,
      ...writes,
      ...seals,
      ...rewraps,
      "decrypt without a context": (name) => kms(name).send(decrypt({})),
      "decrypt for another purpose": (name) => kms(name).send(decrypt({ ...context(), purpose: "x" })),
      "claim for another endpoint": (name) => dynamo(name).send(set("endpointId", "ALL_NEW")),
    },
  };
  const cases = Object.entries(refused).flatMap(([name, attempts]) =>
    Object.entries(attempts).map(([what, attempt]) => ({ name, what, attempt })),
  );

  test.each(cases)("$name may not $what", async ({ name, attempt }) => {
    await expect(attempt(name)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  test("the account's administrator may read the table and manage the KMS key, and may not decrypt", async () => {
    const { Item } = await dynamo().send(new GetCommand(at()));
    expect(Item).toMatchObject({ recordId: stored["recordId"] });
    await expect(kms().send(decrypt())).rejects.toMatchObject({ name: "AccessDeniedException" });
    await expect(kms().send(generate())).rejects.toMatchObject({ name: "AccessDeniedException" });
    await expect(kms().send(reEncrypt())).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  test("after all of that the record is as it was", async () => {
    const now = (await storedItems(system)).find((item) => item["recordId"] === stored["recordId"]);
    expect(now).toEqual(stored);
  });
});
