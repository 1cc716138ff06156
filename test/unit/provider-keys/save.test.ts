import { describe, expect, test } from "vitest";
import { WaxsealError } from "../../../lib/errors.ts";
import { saveProviderKey, type SavePorts, type Trial } from "../../../lib/provider-keys/save.ts";
import { slotOf } from "../../../lib/providers/find.ts";
import { openai } from "../../../lib/providers/registry/openai.ts";
import { Secret } from "../../../lib/secret.ts";
import { canaryKey } from "../../support/keys.ts";
import { memoryKeyring } from "../../support/memory-keyring.ts";

const who = { ownerId: "owner", actor: "actor", caller: "save", requestId: "request" };
const slot = slotOf(openai, "work");

/** Ports that write down, in order, what happened; `trial` is what the provider says. */
function portsWith(trial: Trial | undefined, { isLimited = false } = {}) {
  const events: string[] = [];
  const asked: string[] = [];
  const stored: { health: unknown }[] = [];
  const keyring = memoryKeyring();
  const ports: SavePorts = {
    stage: "test",
    writeSuite: "A256GCM",
    now: () => new Date("2026-11-25T00:00:00Z"),
    newId: () => "id",
    takeLimit: async () => {
      events.push("limit");
      if (isLimited) throw new WaxsealError("RATE_LIMITED");
    },
    dataKeys: {
      generateDataKey: (...asking) => {
        events.push("data key");
        return keyring.generateDataKey(...asking);
      },
    },
    store: {
      save: async (_address, _sealed, details) => {
        events.push("write");
        stored.push({ health: details.health.status });
      },
    },
    ...(trial && {
      tryProviderKey: async (_provider, providerKey) => {
        events.push("provider");
        asked.push(providerKey.exposeSecret());
        return trial;
      },
    }),
  };
  return { ports, events, asked, stored };
}

const providerKey = canaryKey();
const save = (ports: SavePorts, verify?: boolean) =>
  saveProviderKey(ports, who, { slot, pasted: new Secret(` "${providerKey}" `), verify });

describe("before a provider key is stored, its provider is asked", () => {
  test("once, after the limit, with the cleaned key; and what it takes is stored as valid", async () => {
    const { ports, events, asked, stored } = portsWith("valid");
    expect(await save(ports)).toEqual({
      savedAt: "2026-11-25T00:00:00.000Z",
      warnings: [],
      verification: "valid",
    });
    expect(events).toEqual(["limit", "provider", "data key", "write"]);
    expect([asked, stored]).toEqual([[providerKey], [{ health: "valid" }]]);
  });

  test("and what it refuses is not stored, nor sealed; the error names provider and name alone", async () => {
    const { ports, events } = portsWith("rejected");
    const error: unknown = await save(ports).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "PROVIDER_KEY_REJECTED", provider: "openai", slotName: "work" });
    expect(JSON.stringify([error, String(error)])).not.toContain(providerKey);
    expect(events).toEqual(["limit", "provider"]);
  });

  test("and what it could not be asked about is stored as unreachable, with a warning", async () => {
    const { ports, stored } = portsWith("could_not_tell");
    expect(await save(ports)).toMatchObject({
      warnings: ["VERIFICATION_INCONCLUSIVE"],
      verification: "could_not_tell",
    });
    expect(stored).toEqual([{ health: "unreachable" }]);
  });

  test("but not where the person or the operator says so", async () => {
    const [bySaying, bySetting] = [portsWith("rejected"), portsWith(undefined)];
    for (const [{ ports, events, stored }, verify] of [
      [bySaying, false],
      [bySetting, true],
    ] as const) {
      expect(await save(ports, verify)).toMatchObject({ warnings: [], verification: "not_asked" });
      expect(events).toEqual(["limit", "data key", "write"]);
      expect(stored).toEqual([{ health: "unknown" }]);
    }
  });

  test("nor above the limit, nor with what is in no format", async () => {
    const limited = portsWith("valid", { isLimited: true });
    await expect(save(limited.ports)).rejects.toMatchObject({ code: "RATE_LIMITED" });
    expect(limited.events).toEqual(["limit"]);
    const { ports, events } = portsWith("valid");
    const other = saveProviderKey(ports, who, { slot, pasted: new Secret(canaryKey("anthropic")) });
    await expect(other).rejects.toMatchObject({ code: "OTHER_PROVIDERS_KEY" });
    expect(events).toEqual([]);
  });
});

test("a label or a name that has the key in it is refused: both are shown, and kept in clear", async () => {
  const { ports, events } = portsWith("valid");
  const pasted = new Secret(providerKey);
  for (const slip of [
    { slot, label: `mine: ${providerKey}` },
    { slot: { ...slot, name: providerKey }, label: "mine" },
  ])
    await expect(saveProviderKey(ports, who, { ...slip, pasted })).rejects.toMatchObject({
      code: "INVALID_REQUEST",
    });
  expect(events).toEqual([]);
});
