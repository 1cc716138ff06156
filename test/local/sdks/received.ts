import { expect } from "vitest";
import { registry } from "../../../lib/providers/registry.ts";
import type { LocalSystem } from "../../../local/system.ts";
import { CANARY } from "../../support/keys.ts";

type Received = readonly { readonly path: string; readonly headers: Readonly<Record<string, string>> }[];

export type ProviderId = "openai" | "anthropic" | "google";
export type ProviderKeys = Readonly<Record<ProviderId, string>>;

/** In every request of Node's `fetch`, whoever calls; the values are ours. */
const everyRequest = ["host", "connection", "content-length", "sec-fetch-mode"];
const ours = ["accept", "accept-language", "accept-encoding", "user-agent", "content-type"];

/** What the provider got since the last time. */
export async function takeReceived({ standIn }: LocalSystem): Promise<Received> {
  const received = (await (await fetch(`${standIn}/_received`)).json()) as Received;
  await fetch(`${standIn}/_received`, { method: "DELETE" });
  return received;
}

/**
 * Every request had one of the stored provider keys, in the one header in which that provider takes it, and no
 * other header than the allowed ones; `never` is nowhere.
 */
export function expectOnlyOurs(received: Received, keys: ProviderKeys, never: readonly string[]): void {
  expect(received.length).toBeGreaterThan(0);
  for (const { path, headers } of received) {
    const withKey = Object.entries(headers).filter(([, value]) => value.includes(CANARY));
    const provider = registry.find(({ id }) => withKey[0]?.[1].includes(keys[id as ProviderId]))!;
    const { name, scheme } = provider.authorization;
    expect(withKey).toEqual([[name, `${scheme ? `${scheme} ` : ""}${keys[provider.id as ProviderId]}`]]);
    const allowed = [...everyRequest, ...ours, name, ...provider.requestHeaders];
    expect(Object.keys(headers).filter((header) => !allowed.includes(header))).toEqual([]);
    expect(headers["user-agent"]).toBe("waxseal");
    expect(path).not.toContain(CANARY);
  }
  for (const text of never) expect(JSON.stringify(received)).not.toContain(text);
}
