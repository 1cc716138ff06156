import { messageOf, type ErrorCode, type WaxsealError } from "../errors.ts";
import type { Route } from "../routes.ts";
import { statusByCode } from "./status.ts";

/** Where the legacy routes have a text and a status of their own, as front ends written for them know it. */
export function legacyAnswer(error: WaxsealError, route: Route): { status: number; text: string } {
  const status = statusByCode[error.code];
  switch (error.code) {
    case "INVALID_REQUEST": {
      const text = route.method === "POST" ? "API key and provider are required" : "Provider is required";
      return { status, text };
    }
    case "UNKNOWN_PROVIDER":
      return { status: 400, text: "Invalid provider. Must be openai, anthropic, or google" };
    case "INVALID_PROVIDER_KEY_FORMAT":
    case "OTHER_PROVIDERS_KEY":
      return { status, text: `Invalid ${error.provider ?? "provider"} API key format` };
    case "PROVIDER_KEY_REJECTED":
      // What they know for a key that is no good: a 400, whose text they show.
      return { status: 400, text: messageOf(error.code) };
    default:
      return { status, text: status < 500 ? messageOf(error.code) : failureText(route, error.code) };
  }
}

function failureText(route: Route, code: ErrorCode): string {
  switch (route.method) {
    case "POST":
      return "Failed to save API key";
    case "DELETE":
      return "Failed to remove API key";
    case "GET":
      return "Failed to read API key status";
    default:
      return messageOf(code);
  }
}
