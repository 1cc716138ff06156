import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, streamText, type LanguageModel } from "ai";
import { providerFetch } from "waxseal";

export type ProviderId = "openai" | "anthropic" | "google";

/** A model of the provider that the user has a key for, through the proxy. */
function modelOf(provider: ProviderId, api: string, apiKey: string): LanguageModel {
  const baseURL = `${api}/proxy/${provider}`;
  switch (provider) {
    case "openai":
      return createOpenAI({ apiKey, baseURL: `${baseURL}/v1` })("gpt-5-mini");
    case "anthropic":
      return createAnthropic({ apiKey, baseURL: `${baseURL}/v1` })("claude-sonnet-5-5");
    case "google":
      return createGoogleGenerativeAI({ apiKey, baseURL: `${baseURL}/v1beta` })("gemini-2.5-flash");
  }
}

export function throughProxy(
  provider: ProviderId,
  api: string,
  userToken: string,
  prompt: string,
): AsyncIterable<string> {
  return streamText({ model: modelOf(provider, api, userToken), prompt }).textStream;
}

/** In a function of yours that has `grantUse`; the other providers go the same way. */
export async function inYourFunction(userId: string, prompt: string): Promise<string> {
  const openai = createOpenAI({ apiKey: "unused", fetch: providerFetch({ userId, provider: "openai" }) });
  return (await generateText({ model: openai("gpt-5-mini"), prompt })).text;
}
