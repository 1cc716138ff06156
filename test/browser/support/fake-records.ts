import { registry } from "../../../lib/providers/registry.ts";
import { describeProviders } from "../../../lib/providers/describe.ts";
import type {
  ActivityEvent,
  ProviderDescription,
  ProviderKeyStatus,
  StoredProviderKey,
} from "../../../web/client/index.ts";

/** The moment at which every page of the tests is opened. */
export const NOW = Date.parse("2026-11-25T10:00:00.000Z");
const MINUTE = 60_000;
export const ago = (minutes: number): string => new Date(NOW - minutes * MINUTE).toISOString();
export const HOUR = 60;
export const DAY = 24 * HOUR;

/** As `GET /v1/providers` gives them. */
export const providers: readonly ProviderDescription[] = describeProviders(registry).map((described) => {
  const { knownFormats, distinctivePrefix } = registry.find(({ id }) => id === described.id)!;
  return {
    ...described,
    keyPattern: knownFormats.map(({ source }) => source).join("|"),
    ...(distinctivePrefix && { distinctivePrefix: distinctivePrefix.source }),
  };
});

export function record(provider: string, more: Partial<StoredProviderKey> = {}): StoredProviderKey {
  const health = { status: "valid", checkedAt: ago(5) } as const;
  const base = { provider, name: "default", state: "active", savedAt: ago(21 * DAY), useCount: 0 } as const;
  return { ...base, health, ...more };
}

/** Something of everything. */
export function someRecords(): ProviderKeyStatus[] {
  const used = { lastUsedAt: ago(2), lastUsedBy: "chat-backend", useCount: 1204 };
  return [
    record("openai", { label: "Team account", ...used }),
    record("anthropic", {
      name: "default",
      label: "Work",
      order: 1,
      ...used,
      lastUsedAt: ago(3 * HOUR),
      useCount: 87,
    }),
    record("anthropic", {
      name: "private",
      label: "My own",
      order: 2,
      savedAt: ago(60 * DAY),
      expiresAt: ago(-5 * DAY),
      health: { status: "unknown", checkedAt: ago(60 * DAY) },
    }),
    record("google", {
      health: { status: "rejected", checkedAt: ago(40) },
      ...used,
      lastUsedAt: ago(2 * DAY),
    }),
    record("mistral", { state: "disabled", savedAt: ago(4 * HOUR) }),
  ];
}

export function someEvents(): ActivityEvent[] {
  const event = (type: string, minutes: number, provider = "openai", caller = "waxseal-update") => {
    return { type, provider, name: "default", at: ago(minutes), actor: "person", caller };
  };
  const uses = Array.from({ length: 14 }, (_one, place) =>
    event("key_used", 2 + place * 7, "openai", "chat-backend"),
  );
  return [
    ...uses,
    event("key_used", 3 * HOUR, "anthropic", "chat-backend"),
    event("key_updated", 5 * HOUR, "openai"),
    event("key_used", 26 * HOUR, "openai", "nightly-digest"),
    event("key_enabled", 2 * DAY, "openai"),
    event("key_disabled", 2 * DAY + HOUR, "openai"),
    event("key_used", 3 * DAY, "openai", "chat-backend"),
    event("key_saved", 21 * DAY, "openai", "waxseal-save"),
    event("key_removed", 21 * DAY + 5, "openai", "waxseal-remove"),
    event("key_used", 22 * DAY, "openai", "chat-backend"),
    event("key_saved", 90 * DAY, "openai", "waxseal-save"),
  ];
}
