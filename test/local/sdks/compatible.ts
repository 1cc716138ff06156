import OpenAI, { AzureOpenAI } from "openai";
import { expect, test } from "vitest";
import type { LocalSystem } from "../../../local/system.ts";
import { canaryKey, type CanaryProvider } from "../../support/keys.ts";
import type { Person } from "../../support/local-system.ts";
import { collect, words } from "./conversations.ts";
import { takeReceived } from "./received.ts";

/** Below which path the providers that speak OpenAI's API have it: what their own pages give as base URL. */
const compatible = [
  ["mistral", "/v1"],
  ["groq", "/openai/v1"],
  ["xai", "/v1"],
  ["deepseek", ""],
  ["openrouter", "/api/v1"],
  ["cohere", "/compatibility/v1"],
  ["together", "/v1"],
  ["perplexity", ""],
  ["fireworks", "/inference/v1"],
] as const;

const messages = [{ role: "user" as const, content: "hi" }];
const ask = { model: "some-model", messages };

/** An operator's own, for `settings.customProviders`; the local system has it at the stand-in too. */
export const azureResource = {
  "our-azure": { like: "azure-openai", origins: ["https://our-resource.openai.azure.com"] },
};

/** The other providers, with OpenAI's SDK, as most of them tell their users to call them. */
export function compatibleProviders(system: () => LocalSystem, person: () => Person): void {
  async function save(provider: string, like: CanaryProvider): Promise<string> {
    const apiKey = canaryKey(like);
    const saved = await person().request("PUT", `/v1/provider-keys/${provider}`, { apiKey });
    expect(saved.status).toBe(200);
    await takeReceived(system());
    return apiKey;
  }
  async function expectChats(client: OpenAI): Promise<void> {
    const whole = await client.chat.completions.create(ask);
    const chunks = await collect(await client.chat.completions.create({ ...ask, stream: true }));
    const streamed = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
    expect([whole.choices[0]?.message.content, streamed]).toEqual([words, words]);
  }
  async function expectReceived(header: string, value: string): Promise<void> {
    const received = await takeReceived(system());
    expect(received.map(({ headers }) => headers[header])).toEqual([value, value]);
    expect(JSON.stringify(received)).not.toContain(person().token);
  }

  test.each(compatible)("%s, whole and streamed", async (provider, path) => {
    const providerKey = await save(provider, provider);
    const baseURL = `${system().api}/proxy/${provider}${path}`;
    await expectChats(new OpenAI({ apiKey: person().token, baseURL, maxRetries: 0 }));
    await expectReceived("authorization", `Bearer ${providerKey}`);
  });

  test("an Azure resource that the operator added, in both forms of its API", async () => {
    const providerKey = await save("our-azure", "azure-openai");
    const endpoint = `${system().api}/proxy/our-azure`;
    const { token: apiKey } = person();
    await expectChats(new OpenAI({ apiKey, baseURL: `${endpoint}/openai/v1`, maxRetries: 0 }));
    await expectReceived("api-key", providerKey);
    const deployment = { deployment: "our-gpt", apiVersion: "2025-01-01-preview" };
    await expectChats(new AzureOpenAI({ apiKey, endpoint, ...deployment, maxRetries: 0 }));
    await expectReceived("api-key", providerKey);
  });
}
