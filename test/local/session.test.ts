import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownerIdOf } from "../../lib/owner.ts";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey, CANARY, Person, startForTest, storedItems } from "../support/local-system.ts";

/** The main job, end to end over HTTP, with the official SDK. */
let system: LocalSystem;
let ada: Person;
const apiKey = canaryKey();

beforeAll(async () => {
  system = await startForTest();
  ada = await Person.named(system, "ada");
});
afterAll(() => system.close());

async function received(): Promise<{ method: string; path: string; headers: Record<string, string> }[]> {
  return (await (await fetch(`${system.standIn}/_received`)).json()) as never;
}

const legacyStatus = async () => (await ada.request("GET", "/api/user/api-key-status")).json();

describe("one person's session", () => {
  test("begins with nothing configured", async () => {
    const nothing = { hasOpenAI: false, hasAnthropic: false, hasGoogle: false, hasApiKey: false };
    expect(await legacyStatus()).toEqual(nothing);
    expect(await (await ada.chat()).json()).toMatchObject({ code: "PROVIDER_KEY_NOT_FOUND" });
    expect(await received()).toEqual([]);
  });

  test("saves a pasted key, and the status shows it", async () => {
    const saved = await ada.save(`  "${apiKey}"\n`);
    expect([saved.status, await saved.json()]).toEqual([200, { success: true }]);
    const configured = { hasOpenAI: true, hasAnthropic: false, hasGoogle: false, hasApiKey: true };
    expect(await legacyStatus()).toEqual(configured);
  });

  test("stores it sealed: the item holds no provider key in any encoding we know", async () => {
    const [item, ...others] = await storedItems(system);
    expect(others).toEqual([]);
    expect(item).toMatchObject({
      ownerId: ownerIdOf(`${system.api}/local`, "ada"),
      slot: "openai/default",
      state: "active",
      changeSeq: 1,
      cipherSuite: "A256CBC-HS512",
      formatVersion: 1,
    });
    const text = Object.values(item ?? {}).map((value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : JSON.stringify(value),
    );
    for (const encoding of ["utf8", "base64", "hex"] as const) {
      expect(text.join()).not.toContain(Buffer.from(CANARY).toString(encoding));
    }
  });

  test("completes a chat with the official SDK, unchanged but for base URL and token", async () => {
    const openai = new OpenAI({ apiKey: ada.token, baseURL: `${system.api}/proxy/openai/v1` });
    const messages = [{ role: "user", content: "hi" }] as const;
    const chat = await openai.chat.completions.create({ model: "gpt-test", messages: [...messages] });
    expect(chat.choices[0]?.message.content).toBe("Sealed, used, accounted for.");
  });

  test("streams a chat with the official SDK", async () => {
    const openai = new OpenAI({ apiKey: ada.token, baseURL: `${system.api}/proxy/openai/v1` });
    const stream = await openai.chat.completions.create({ model: "gpt-test", messages: [], stream: true });
    const texts: string[] = [];
    for await (const chunk of stream) texts.push(chunk.choices[0]?.delta.content ?? "");
    expect(texts.length).toBeGreaterThan(5);
    expect(texts.join("")).toBe("Sealed, used, accounted for.");
  });

  test("gives the provider the stored key, and nothing of the caller's", async () => {
    const openai = new OpenAI({
      apiKey: ada.token,
      baseURL: `${system.api}/proxy/openai/v1`,
      defaultHeaders: {
        cookie: "caller",
        "x-forwarded-for": "caller",
        "x-custom": "caller",
        referer: "caller",
      },
    });
    await openai.models.list();
    const last = (await received()).at(-1);
    expect(last?.headers["authorization"]).toBe(`Bearer ${apiKey}`);
    const ours = ["host", "connection", "authorization", "accept", "accept-language", "accept-encoding"];
    const names = Object.keys(last?.headers ?? {});
    expect(
      names.filter((name) => ![...ours, "user-agent", "sec-fetch-mode", "content-type"].includes(name)),
    ).toEqual([]);
    expect(last?.headers["user-agent"]).toBe("waxseal");
    expect(JSON.stringify(last)).not.toContain("caller");
    expect(JSON.stringify(await received())).not.toContain(ada.token);
  });

  test("counts every use, and says by what", async () => {
    const listed = (await (await ada.request("GET", "/v1/provider-keys")).json()) as {
      providerKeys: object[];
    };
    expect(listed.providerKeys).toEqual([
      expect.objectContaining({
        provider: "openai",
        name: "default",
        state: "active",
        useCount: 3,
        lastUsedBy: "waxseal-local-provider-proxy",
        health: expect.objectContaining({ status: "valid" }) as object,
      }),
    ]);
  });

  test("leaves one GenerateDataKey and one Decrypt for each use in CloudTrail, each with its context", () => {
    const records = system.cloudTrailRecords();
    const names = ["GenerateDataKey", "Decrypt", "Decrypt", "Decrypt"];
    expect(records.map(({ eventName }) => eventName)).toEqual(names);
    const ownerId = ownerIdOf(`${system.api}/local`, "ada");
    const encryptionContext = {
      purpose: "waxseal/provider-key",
      stage: "local",
      ownerId,
      slot: "openai/default",
    };
    for (const record of records) {
      expect(record.errorCode).toBeUndefined();
      expect(record.requestParameters).toMatchObject({ encryptionContext });
    }
  });

  test("has every decryption name its claim", async () => {
    const [item] = await storedItems(system);
    const { lastChange } = item as { lastChange: { useId?: string } };
    const useIds = system
      .cloudTrailRecords()
      .filter(({ eventName }) => eventName === "Decrypt")
      .map(({ userAgent }) => /waxseal-use\/([A-Za-z0-9_-]{22})\.1(\s|$)/.exec(userAgent)?.[1]);
    expect(new Set(useIds).size).toBe(3);
    expect(useIds).not.toContain(undefined);
    expect(useIds).toContain(lastChange.useId);
  });

  test("has the first chunk of a stream before the last is sent", async () => {
    // The stand-in sends one chunk at once and the end a minute later: had it been collected, none would come.
    const response = await ada.chat({ model: "slow" });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect([first?.done, Buffer.from(first?.value ?? []).toString()]).toEqual([false, "slow"]);
    await reader?.cancel();
  });

  test("removes it: nothing sealed is left, and it is used no more", async () => {
    const removed = await ada.request("DELETE", "/api/user/api-key", { provider: "openai" });
    expect([removed.status, await removed.json()]).toEqual([200, { success: true }]);
    const [tombstone] = await storedItems(system);
    expect(tombstone).toMatchObject({ state: "removed", purgeAt: expect.any(Number) as number });
    for (const sealed of ["iv", "ciphertext", "tag", "wrappedDataKey"])
      expect(tombstone).not.toHaveProperty(sealed);
    expect((await ada.chat()).status).toBe(404);
    expect(await legacyStatus()).toMatchObject({ hasOpenAI: false, hasApiKey: false });
  });

  test("can save again after a removal, in the same record, counted on", async () => {
    const [before] = await storedItems(system);
    const put = await ada.request("PUT", "/v1/provider-keys/openai", { apiKey, label: "work" });
    expect([put.status, await put.json()]).toEqual([
      200,
      {
        ...{ provider: "openai", name: "default", state: "active", verification: "valid" },
        savedAt: expect.any(String) as string,
      },
    ]);
    const [after] = await storedItems(system);
    expect(after?.["recordId"]).toBe(before?.["recordId"]);
    expect(after?.["changeSeq"]).toBe(Number(before?.["changeSeq"]) + 1);
    expect(after).not.toHaveProperty("purgeAt");
    expect((await ada.chat()).status).toBe(200);
    expect((await ada.request("DELETE", "/v1/provider-keys/openai")).status).toBe(204);
    expect((await ada.request("DELETE", "/v1/provider-keys/openai")).status).toBe(404);
  });
});
