import { anthropic } from "./anthropic.ts";
import { cohere } from "./cohere.ts";
import type { Dialect } from "./dialect.ts";
import { google } from "./google.ts";
import { openAi } from "./openai.ts";
import type { StandInCall } from "./send.ts";

type Target = Pick<StandInCall, "path" | "headers">;

/** One origin stands in for all providers: the path tells which is meant, or the header that has the key. */
export function dialectOf({ path, headers }: Target): Dialect {
  if (/^\/v1(beta|alpha)?\/(models|tunedModels)\/[^/]+:/.test(path)) return google;
  if (/\/messages(\/count_tokens)?$/.test(path)) return anthropic;
  if (/^\/v2\//.test(path)) return cohere;
  if (headers["x-goog-api-key"] !== undefined) return google;
  if (headers["x-api-key"] !== undefined || headers["anthropic-version"] !== undefined) return anthropic;
  return openAi;
}
