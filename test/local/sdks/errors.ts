import Anthropic from "@anthropic-ai/sdk";
import { ApiError } from "@google/genai";
import OpenAI from "openai";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { LocalSystem } from "../../../local/system.ts";
import { canaryKey } from "../../support/keys.ts";
import { Person } from "../../support/local-system.ts";
import { anthropic, google, openAi, type Connect } from "./clients.ts";
import { takeReceived } from "./received.ts";

const messages = [{ role: "user" as const, content: "hi" }];
const ask = {
  openai: (connect: Connect) => openAi(connect("openai")).responses.create({ model: "m", input: "hi" }),
  anthropic: (connect: Connect) =>
    anthropic(connect("anthropic")).messages.create({ model: "m", max_tokens: 9, messages }),
  google: (connect: Connect) =>
    google(connect("google")).models.generateContent({ model: "m", contents: "hi" }),
};

/** How each SDK fails when it asks; what it says, the code of ours included. */
export async function failureOf(provider: keyof typeof ask, connect: Connect) {
  const failure: unknown = await ask[provider](connect).catch((error: unknown) => error);
  return { failure, shown: inspect(failure, { depth: 5 }) };
}

/** An error reaches the caller as the SDK's own. */
export function errorsThroughProxy(system: () => LocalSystem, as: (person: Person) => Connect): void {
  test.each([
    ["openai", OpenAI.NotFoundError],
    ["anthropic", Anthropic.NotFoundError],
    ["google", ApiError],
  ] as const)("%s: of ours, with its code", async (provider, kind) => {
    await takeReceived(system());
    const { failure, shown } = await failureOf(provider, as(await Person.named(system(), "nobody")));
    expect(failure).toBeInstanceOf(kind);
    expect(failure).toMatchObject({ status: 404 });
    expect(shown).toContain("PROVIDER_KEY_NOT_FOUND");
    expect(await takeReceived(system())).toEqual([]);
  });

  test.each([
    ["openai", "rejected", OpenAI.AuthenticationError, "Incorrect API key provided"],
    ["openai", "quota", OpenAI.RateLimitError, "insufficient_quota"],
    ["anthropic", "rejected", Anthropic.AuthenticationError, "invalid x-api-key"],
    ["anthropic", "forbidden", Anthropic.PermissionDeniedError, "permission"],
    ["anthropic", "quota", Anthropic.BadRequestError, "credit balance is too low"],
    ["google", "rejected", ApiError, "API_KEY_INVALID"],
    ["google", "quota", ApiError, "RESOURCE_EXHAUSTED"],
  ] as const)("%s: of a provider that finds the key %s", async (provider, marked, kind, text) => {
    const person = await Person.named(system(), `with-${marked}-${provider}`);
    await person.save(canaryKey(provider, marked), provider);
    const { failure, shown } = await failureOf(provider, as(person));
    expect(failure).toBeInstanceOf(kind);
    expect(shown).toContain(text);
  });

  test("a provider's limit says when to come again", async () => {
    const person = await Person.named(system(), "limited");
    await person.save(canaryKey("anthropic", "limited"), "anthropic");
    const { failure } = await failureOf("anthropic", as(person));
    expect(failure).toBeInstanceOf(Anthropic.RateLimitError);
    expect((failure as { headers: Headers }).headers.get("retry-after")).toBe("7");
  });

  describe.each(["openai", "anthropic", "google"] as const)("%s", (provider) => {
    test("a token that is none is refused in the SDK's terms", async () => {
      const connect: Connect = () => ({
        apiKey: "no.token.really",
        origin: `${system().api}/proxy/${provider}`,
      });
      const { failure, shown } = await failureOf(provider, connect);
      expect(failure).toMatchObject({ status: 401 });
      expect(shown).toContain("AUTHENTICATION_REQUIRED");
    });
  });
}
