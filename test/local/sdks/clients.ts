import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { anthropicSdk } from "./anthropic.ts";
import { googleSdk } from "./google.ts";
import { openAiSdk } from "./openai.ts";
import type { ProviderId } from "./received.ts";
import { vercelSdk } from "./vercel.ts";

/** What one changes of an SDK's client, and nothing else of it. */
export interface Connection {
  readonly apiKey: string;
  /** Of the provider, without a version. */
  readonly origin: string;
  readonly fetch?: typeof fetch;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Connect = (provider: ProviderId) => Connection;

export function openAi({ apiKey, origin, fetch, headers }: Connection): OpenAI {
  const changed = { ...(fetch && { fetch }), ...(headers && { defaultHeaders: headers }) };
  return new OpenAI({ apiKey, baseURL: `${origin}/v1`, maxRetries: 0, ...changed });
}

export function anthropic({ apiKey, origin, fetch, headers }: Connection): Anthropic {
  const changed = { ...(fetch && { fetch }), ...(headers && { defaultHeaders: headers }) };
  return new Anthropic({ apiKey, baseURL: origin, maxRetries: 0, ...changed });
}

export function google({ apiKey, origin, fetch, headers }: Connection): GoogleGenAI {
  const changed = { ...(fetch && { fetch }), ...(headers && { headers: { ...headers } }) };
  return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: origin, ...changed } });
}

const vercel = (connection: Connection, version: string) => {
  const { apiKey, origin, fetch, headers } = connection;
  const changed = { ...(fetch && { fetch }), ...(headers && { headers: { ...headers } }) };
  return { apiKey, baseURL: origin + version, ...changed };
};

/** All official SDKs at work. */
export function everySdk(connect: Connect): void {
  openAiSdk(() => openAi(connect("openai")));
  anthropicSdk(() => anthropic(connect("anthropic")));
  googleSdk(() => google(connect("google")));
  vercelSdk("OpenAI", () => createOpenAI(vercel(connect("openai"), "/v1"))("gpt-test"));
  vercelSdk("OpenAI's chat", () => createOpenAI(vercel(connect("openai"), "/v1")).chat("gpt-test"));
  vercelSdk("Anthropic", () => createAnthropic(vercel(connect("anthropic"), "/v1"))("claude-test"));
  vercelSdk("Google", () => {
    return createGoogleGenerativeAI(vercel(connect("google"), "/v1beta"))("gemini-test");
  });
}
