import type { StandInCall } from "./send.ts";

/** Why a provider does not answer; each dialect says it in its own words. */
export type Refusal = "missing" | "rejected" | "forbidden" | "limited" | "quota" | "broken" | "unknown";

/** A refusal as it is sent. */
export interface RefusalAnswer {
  readonly status: number;
  readonly body: object;
}

const words = ["rejected", "forbidden", "limited", "quota", "broken"] as const;

/** A part of the provider key chooses the refusal; a key that could be none of any provider's is rejected. */
export function refusalFor({
  credential,
  method,
}: Pick<StandInCall, "credential" | "method">): Refusal | undefined {
  if (credential === "") return "missing";
  // Away when it is asked about the key, and back when it is called.
  if (credential.includes("unlisted") && method === "GET") return "broken";
  const named = words.find((word) => credential.includes(word));
  return named ?? (/^(Bearer )?[A-Za-z0-9._-]{16,}$/.test(credential) ? undefined : "rejected");
}
