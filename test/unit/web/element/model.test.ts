import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ProviderDescription, ProviderKeyStatus } from "../../../../web/client/index.ts";
import { dayOf, expiresAt, expiryOf, isSoon } from "../../../../web/element/model/expiry.ts";
import { groupsOf, inOrder } from "../../../../web/element/model/groups.ts";
import { parseStatusRecord } from "../../../../lib/provider-keys/record.ts";
import { slotsInOrder } from "../../../../lib/provider-keys/slots-in-order.ts";
import { registry } from "../../../../lib/providers/registry.ts";

const NOW = Date.parse("2026-11-25T10:00:00.000Z");
const DAY = 86_400_000;

describe("an expiry", () => {
  beforeEach(() => {
    vi.stubEnv("TZ", "America/New_York");
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("ends with its day, where the person is", () => {
    expect(expiresAt({ choice: "date", day: "2026-12-24" }, NOW)).toBe("2026-12-25T04:59:59.999Z");
    expect(expiresAt({ choice: "30", day: "" }, NOW)).toBe("2026-12-26T04:59:59.999Z");
    expect(expiresAt({ choice: "never", day: "2026-12-24" }, NOW)).toBeUndefined();
  });

  test("is wrong for a day that is past, or none", () => {
    for (const day of ["2026-11-24", "", "2026-1-1", "tomorrow"])
      expect([day, expiresAt({ choice: "date", day }, NOW)]).toEqual([day, "wrong"]);
    expect(expiresAt({ choice: "date", day: "2026-11-25" }, NOW)).toBe("2026-11-26T04:59:59.999Z");
  });

  test("of what is stored is shown as its day; one that is past is none", () => {
    expect(expiryOf("2026-12-25T04:59:59.999Z", NOW)).toEqual({ choice: "date", day: "2026-12-24" });
    expect(expiryOf("2026-11-25T09:00:00.000Z", NOW)).toEqual({ choice: "never", day: "" });
    expect(expiryOf(undefined, NOW)).toEqual({ choice: "never", day: "" });
    expect(dayOf(Date.parse("2026-01-01T03:00:00.000Z"))).toBe("2025-12-31");
  });

  test("is soon within two weeks", () => {
    expect(isSoon(new Date(NOW + 14 * DAY - 1).toISOString(), NOW)).toBe(true);
    expect(isSoon(new Date(NOW + 14 * DAY).toISOString(), NOW)).toBe(false);
    expect(isSoon(undefined, NOW)).toBe(false);
  });
});

function stored(provider: string, name: string, order?: number): ProviderKeyStatus {
  const savedAt = new Date(NOW).toISOString();
  const health = { status: "unknown", checkedAt: savedAt } as const;
  return {
    provider,
    name,
    state: "active",
    savedAt,
    health,
    useCount: 0,
    ...(order !== undefined && { order }),
  };
}

const described = (id: string): ProviderDescription => {
  return {
    id,
    displayName: id.toUpperCase(),
    formatInWords: "",
    documentationUrl: "",
    revokeUrl: "",
    revokeSteps: [],
  };
};

describe("the order", () => {
  test("is that in which the proxy uses them", async () => {
    const all = [
      stored("openai", "zulu"),
      stored("openai", "default"),
      stored("openai", "alpha"),
      stored("openai", "third", 3),
      stored("openai", "also-third", 3),
      stored("openai", "last", 1000),
    ];
    const items = all.map((one) => ({ ...one, ownerId: "o", slot: `${one.provider}/${one.name}` }));
    expect(items.every((item) => parseStatusRecord(item))).toBe(true);
    const store = { listStatus: async () => items };
    const used = await slotsInOrder(store, "o", registry[0]!, new Date(NOW).toISOString());
    expect(inOrder(all).map(({ name }) => name)).toEqual(used.map(({ name }) => name));
  });

  test("has last what cannot be read", () => {
    const broken = { provider: "openai", name: "a", state: "unreadable" } as const;
    expect(inOrder([broken, stored("openai", "z")]).map(({ name }) => name)).toEqual(["z", "a"]);
  });
});

describe("the rows", () => {
  const offered = [described("a"), described("b")];

  test("are those that are offered, and what is stored for others", () => {
    const groups = groupsOf(offered, [stored("c", "default")], []);
    expect(groups.map(({ provider, isOffered }) => [provider.displayName, isOffered])).toEqual([
      ["A", true],
      ["B", true],
      ["c", false],
    ]);
  });

  test("are only those that are wanted, in their order", () => {
    const groups = groupsOf(offered, [stored("c", "default")], ["b", "nowhere", "a"]);
    expect(groups.map(({ provider }) => provider.id)).toEqual(["b", "a"]);
  });

  test("keep the one whose panel is open", () => {
    expect(groupsOf([], [], [], "c").map(({ provider }) => provider.id)).toEqual(["c"]);
  });
});
