import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownerIdOf } from "../../lib/owner.ts";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey } from "../support/keys.ts";
import {
  anyPorts,
  awsConfig,
  Person,
  startForTest,
  storedItems,
  tableName,
} from "../support/local-system.ts";

/** Several provider keys of one person's for one provider: names, order, and the next when one is refused. */
let system: LocalSystem;

beforeAll(async () => {
  // What the provider says is for the tests to see at the first use.
  system = await startForTest({ settings: { verifyOnSave: "off" } });
});
afterAll(() => system.close());

/** A person with these provider keys for OpenAI, by name; each marked for what the stand-in is to say of it. */
async function personWith(keys: Readonly<Record<string, { marked?: string; order?: number }>>) {
  const subject = JSON.stringify(keys) + String(Math.random());
  const person = await Person.named(system, subject);
  const fingerprints: Record<string, string> = {};
  for (const [name, { marked = "", order }] of Object.entries(keys)) {
    const apiKey = canaryKey("openai", marked);
    fingerprints[name] = createHash("sha256").update(`Bearer ${apiKey}`).digest("hex");
    const saved = await person.request("PUT", `/v1/provider-keys/openai/${name}`, {
      apiKey,
      ...(order !== undefined && { order }),
    });
    expect(saved.status).toBe(200);
  }
  return { person, subject, fingerprints };
}

/** Status, the slot that was used, and the fingerprint of the provider key that arrived. */
async function chat(person: Person, addressee = "openai") {
  const body = { model: "tell-fingerprint", messages: [] };
  const response = await person.request("POST", `/proxy/${addressee}/v1/chat/completions`, body);
  await response.arrayBuffer();
  return {
    status: response.status,
    slot: response.headers.get("waxseal-slot"),
    fingerprint: response.headers.get("openai-fingerprint"),
  };
}

async function listed(person: Person): Promise<Record<string, Record<string, unknown>>> {
  const { providerKeys } = (await (await person.request("GET", "/v1/provider-keys")).json()) as {
    providerKeys: { name: string }[];
  };
  return Object.fromEntries(providerKeys.map((providerKey) => [providerKey.name, providerKey]));
}

describe("of several provider keys", () => {
  test("the named one is used, and the answer says which", async () => {
    const { person, fingerprints } = await personWith({ default: {}, work: {} });
    expect(await chat(person, "openai@work")).toEqual({
      status: 200,
      slot: "openai/work",
      fingerprint: fingerprints["work"],
    });
    expect((await listed(person))["default"]).toMatchObject({ useCount: 0 });
  });

  test("without a name it is the default one, if nobody said otherwise", async () => {
    const { person, fingerprints } = await personWith({ apart: {}, default: {} });
    expect(await chat(person)).toMatchObject({
      slot: "openai/default",
      fingerprint: fingerprints["default"],
    });
  });

  test("without a name and a default it is the first by name", async () => {
    const { person } = await personWith({ beta: {}, alpha: {} });
    expect(await chat(person)).toMatchObject({ status: 200, slot: "openai/alpha" });
  });

  test("the order that was given counts, and can be changed", async () => {
    const { person } = await personWith({ default: { order: 20 }, work: { order: 10 }, last: {} });
    expect(await chat(person)).toMatchObject({ slot: "openai/work" });
    await person.request("PATCH", "/v1/provider-keys/openai/last", { order: 1 });
    expect(await chat(person)).toMatchObject({ slot: "openai/last" });
    await person.request("PATCH", "/v1/provider-keys/openai/default", { order: null });
    expect(await chat(person)).toMatchObject({ slot: "openai/default" });
  });

  test("one that is disabled or has expired is passed over", async () => {
    const { person } = await personWith({ default: {}, next: {} });
    await person.request("PATCH", "/v1/provider-keys/openai", { state: "disabled" });
    expect(await chat(person)).toMatchObject({ status: 200, slot: "openai/next" });
    await person.request("PATCH", "/v1/provider-keys/openai/next", { state: "disabled" });
    expect(await chat(person)).toMatchObject({ status: 409, slot: null });
  });

  test.each(["rejected", "forbidden", "limited", "quota"])(
    "the next is used when the provider refuses the first (%s), with the same body",
    async (marked) => {
      const { person, fingerprints } = await personWith({ default: { marked }, spare: {} });
      expect(await chat(person)).toEqual({
        status: 200,
        slot: "openai/spare",
        fingerprint: fingerprints["spare"],
      });
      const both = await listed(person);
      // The record of each use is its own: both were claimed, one after the other.
      expect(both["default"]).toMatchObject({ useCount: 1 });
      expect(both["spare"]).toMatchObject({ useCount: 1, health: { status: "valid" } });
      const rejected = ["rejected", "forbidden"].includes(marked) ? "rejected" : "unknown";
      expect(both["default"]).toMatchObject({ health: { status: rejected } });
    },
  );

  test("the provider's last refusal is the answer when all are refused", async () => {
    const { person } = await personWith({ default: { marked: "limited" }, spare: { marked: "rejected" } });
    expect(await chat(person)).toMatchObject({ status: 401, slot: "openai/spare" });
  });

  test("the named one has no next", async () => {
    const { person } = await personWith({ default: { marked: "rejected" }, spare: {} });
    expect(await chat(person, "openai@default")).toMatchObject({ status: 401, slot: "openai/default" });
    expect((await listed(person))["spare"]).toMatchObject({ useCount: 0 });
  });

  test("an error of the provider's that is no refusal is no reason to go on", async () => {
    const { person } = await personWith({ default: {}, spare: {} });
    const body = { model: "error-500", messages: [] };
    const response = await person.request("POST", "/proxy/openai/v1/chat/completions", body);
    expect([response.status, response.headers.get("waxseal-slot")]).toEqual([500, "openai/default"]);
    await response.arrayBuffer();
  });

  test("each is sealed for its own slot: CloudTrail shows a decryption for each claim", async () => {
    const { person } = await personWith({ default: { marked: "rejected" }, spare: {} });
    const before = system.cloudTrailRecords().length;
    await chat(person);
    const decryptions = system.cloudTrailRecords().slice(before);
    const slots = decryptions.map(({ eventName, requestParameters }) => {
      return [
        eventName,
        (requestParameters as { encryptionContext: { slot: string } }).encryptionContext.slot,
      ];
    });
    expect(slots).toEqual([
      ["Decrypt", "openai/default"],
      ["Decrypt", "openai/spare"],
    ]);
  });
});

test("a fallback that a setting turns off does not happen", async () => {
  const strict = await startForTest({ settings: { fallbackOn: ["429"], verifyOnSave: "off" } });
  try {
    const person = await Person.named(strict, "ada");
    for (const [name, marked] of [
      ["default", "rejected"],
      ["spare", ""],
    ] as const) {
      await person.request("PUT", `/v1/provider-keys/openai/${name}`, {
        apiKey: canaryKey("openai", marked),
      });
    }
    const response = await person.chat();
    expect(response.status).toBe(401);
    await response.arrayBuffer();
    const items = await storedItems(strict);
    expect(items.find(({ slot }) => slot === "openai/spare")).toMatchObject({ useCount: 0 });
  } finally {
    await strict.close();
  }
});

describe("a record that somebody damaged", () => {
  /** As who can write the table: sets an attribute, or takes it away. */
  async function damage(subject: string, slot: string, attribute: string, value?: unknown) {
    const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system)));
    await dynamo.send(
      new UpdateCommand({
        TableName: tableName(system),
        Key: { ownerId: ownerIdOf(`${system.api}/local`, subject), slot },
        UpdateExpression: value === undefined ? "REMOVE #a" : "SET #a = :v",
        ExpressionAttributeNames: { "#a": attribute },
        ...(value !== undefined && { ExpressionAttributeValues: { ":v": value } }),
      }),
    );
    dynamo.destroy();
  }
  const sealedItems = async (subject: string) => {
    const ownerId = ownerIdOf(`${system.api}/local`, subject);
    return (await storedItems(system)).filter((item) => item["ownerId"] === ownerId && "ciphertext" in item);
  };

  test("is passed over where another can be used, and the log says so", async () => {
    const { person, subject } = await personWith({ default: {}, spare: {} });
    await damage(subject, "openai/default", "tag", new Uint8Array(32));
    const before = system.logLines().length;
    expect(await chat(person)).toMatchObject({ status: 200, slot: "openai/spare" });
    expect(system.logLines().slice(before).join()).toContain("DECRYPT_FAILED");
    expect(await chat(person, "openai@default")).toMatchObject({ status: 500, slot: null });
  });

  test("does not hide what the provider said of the one before", async () => {
    const { person, subject } = await personWith({ default: { marked: "limited" }, spare: {} });
    await damage(subject, "openai/spare", "tag", new Uint8Array(32));
    expect(await chat(person)).toMatchObject({ status: 429, slot: "openai/default" });
  });

  test.each([
    ["without a state", undefined],
    ["sealed although it says that it was removed", "removed"],
  ])("%s can be removed: nothing sealed stays", async (_what, state) => {
    const { person, subject } = await personWith({ default: {} });
    await damage(subject, "openai/default", "state", state);
    expect((await person.request("DELETE", "/v1/provider-keys/openai")).status).toBe(204);
    expect(await sealedItems(subject)).toEqual([]);
  });
});

test("a provider that the operator took away can still have its keys removed", async () => {
  const { person } = await personWith({ default: {} });
  const gone = await person.request("DELETE", "/v1/provider-keys/no-longer-there");
  expect([gone.status, await gone.json()]).toMatchObject([404, { code: "UNKNOWN_PROVIDER" }]);

  const dataDirectory = mkdtempSync(join(tmpdir(), "waxseal-test-"));
  const withOwn = { vllm: { like: "openai-compatible", origins: ["https://llm.example"] } };
  try {
    const before = await startForTest({ dataDirectory, settings: { customProviders: withOwn } });
    const owner = await Person.named(before, "ada");
    const apiKey = canaryKey("mistral");
    expect((await owner.request("PUT", "/v1/provider-keys/vllm", { apiKey })).status).toBe(200);
    const ports = { ...anyPorts, api: Number(new URL(before.api).port) };
    await before.close();

    const after = await startForTest({ dataDirectory, ports });
    const same = await Person.named(after, "ada");
    const removed = await same.request("DELETE", "/v1/provider-keys/vllm");
    expect(removed.status).toBe(204);
    expect((await storedItems(after)).filter((item) => "ciphertext" in item)).toEqual([]);
    await after.close();
  } finally {
    rmSync(dataDirectory, { recursive: true, force: true });
  }
});
