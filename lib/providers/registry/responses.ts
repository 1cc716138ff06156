import type { AllowedCall } from "../provider.ts";

/**
 * OpenAI's Responses API. Reading and cancelling are there for `background: true`, where the answer is
 * fetched later; deleting, and everything that mints credentials (`realtime/client_secrets`), is not.
 */
export const responsesCalls: readonly AllowedCall[] = [
  "POST /responses",
  "POST /responses/compact",
  "POST /responses/input_tokens",
  "GET /responses/{id}",
  "GET /responses/{id}/input_items",
  "POST /responses/{id}/cancel",
];

export const responsesParameters: readonly string[] = [
  ...["after", "before", "include", "include[]", "limit", "order"],
  ...["include_obfuscation", "starting_after", "stream"],
];
