import type { AllowedCall } from "../provider.ts";

/** The same calls below a base path: `below("/openai/v1", ["POST /chat/completions"])`. */
export function below(base: `/${string}`, calls: readonly AllowedCall[]): AllowedCall[] {
  return calls.map((call): AllowedCall => {
    const space = call.indexOf(" ");
    return `${call.slice(0, space) as "GET" | "POST"} ${base}${call.slice(space + 1) as "/"}`;
  });
}
