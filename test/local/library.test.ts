import { execFileSync } from "node:child_process";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as waxseal from "../../lib/index.ts";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey, Person, startForTest, storedItems } from "../support/local-system.ts";

/** `withProviderKey` and `providerFetch`, as another Lambda of the application's with `grantUse` has them. */
let system: LocalSystem;
let person: Person;
const apiKey = canaryKey();
const request = { userId: "ada", provider: "openai", caller: "chat-backend" };

beforeAll(async () => {
  system = await startForTest();
  person = await Person.named(system, "ada");
  await person.save(apiKey);
  const granted = system.stack.functions.find(({ name }) => name === "provider-proxy");
  Object.assign(process.env, granted?.environment, {
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL: system.awsEndpoint,
    AWS_ACCESS_KEY_ID: system.accessKeyIdOf("provider-proxy"),
    AWS_SECRET_ACCESS_KEY: "local",
  });
});
afterAll(() => system.close());

describe("withProviderKey", () => {
  test("gives the callback the provider key as a Secret, and its result back", async () => {
    const result = await waxseal.withProviderKey(request, (providerKey) => {
      expect(providerKey).toBeInstanceOf(waxseal.Secret);
      expect(`${String(providerKey)} ${JSON.stringify({ providerKey })}`).not.toContain("CANARY");
      return providerKey.exposeSecret() === apiKey;
    });
    expect(result).toBe(true);
  });

  test("counts the use under the caller's name", async () => {
    const [item] = await storedItems(system);
    expect(item).toMatchObject({ useCount: 1, lastUsedBy: "chat-backend", lastChange: { operation: "use" } });
  });

  test.each([
    [{ ...request, userId: "nobody" }, "PROVIDER_KEY_NOT_FOUND"],
    [{ ...request, provider: "anthropic" }, "PROVIDER_KEY_NOT_FOUND"],
    [{ ...request, provider: "no-such" }, "UNKNOWN_PROVIDER"],
    [{ ...request, name: "Not A Name" }, "INVALID_REQUEST"],
  ])("fails closed: the callback is not run (%#)", async (wrong, code) => {
    let ran = false;
    const use = waxseal.withProviderKey(wrong, () => (ran = true));
    await expect(use).rejects.toMatchObject({ name: "WaxsealError", code });
    expect(ran).toBe(false);
  });
});

describe("providerFetch", () => {
  test("is a fetch for the official SDK, which never holds the key", async () => {
    const openai = new OpenAI({
      apiKey: "unused",
      baseURL: `${system.standIn}/v1`,
      fetch: waxseal.providerFetch(request),
    });
    const stream = await openai.chat.completions.create({ model: "gpt-test", messages: [], stream: true });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe("Sealed, used, accounted for.");
    const received = (await (await fetch(`${system.standIn}/_received`)).json()) as { headers: object }[];
    expect(received.at(-1)?.headers).toMatchObject({ authorization: `Bearer ${apiKey}` });
    expect(JSON.stringify(received)).not.toContain("unused");
  });

  test("sends the provider key nowhere else: nothing is claimed, nothing decrypted", async () => {
    const decryptions = system.cloudTrailRecords().length;
    for (const url of [
      `${system.api}/v1/x`,
      "https://api.openai.com.evil.example/v1/x",
      "http://127.0.0.1:9/v1/x",
    ]) {
      await expect(waxseal.providerFetch(request)(url)).rejects.toMatchObject({
        code: "ORIGIN_NOT_REGISTERED",
      });
    }
    expect(system.cloudTrailRecords()).toHaveLength(decryptions);
  });

  test("takes no path for a host", async () => {
    const target = `//127.0.0.1:9/v1/chat/completions`;
    const response = await waxseal.providerFetch(request)(system.standIn + target);
    expect(response.status).toBe(404);
    const received = (await (await fetch(`${system.standIn}/_received`)).json()) as { path: string }[];
    expect(received.at(-1)?.path).toBe(target);
  });

  test("does not follow redirects with the provider key, and scrubs an echo of it", async () => {
    const url = `${system.standIn}/v1/chat/completions`;
    const post = (model: string) =>
      waxseal.providerFetch(request)(url, { method: "POST", body: JSON.stringify({ model }) });
    await expect(post("redirect")).rejects.toMatchObject({ code: "PROVIDER_REDIRECTED" });
    expect(await (await post("echo-key")).text()).toBe("before Bearer [redacted] after");
  });
});

test("the package root makes nothing of AWS at import, and has the documented exports", () => {
  const program = `
    const waxseal = await import("./lib/index.ts");
    const alive = process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Timeout|Immediate/.test(name));
    console.log(JSON.stringify([Object.keys(waxseal).sort(), alive]));`;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
    env: { PATH: process.env["PATH"] },
    encoding: "utf8",
  });
  const exports = ["Secret", "WaxsealError", "describeProviders", "errorCodes", "isWaxsealError"];
  expect(JSON.parse(output)).toEqual([
    [...exports, "providerFetch", "providers", "withProviderKey"].sort(),
    [],
  ]);
});
