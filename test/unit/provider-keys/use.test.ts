import { describe, expect, test } from "vitest";
import { WaxsealError } from "../../../lib/errors.ts";
import type { Change } from "../../../lib/provider-keys/change.ts";
import { saveProviderKey } from "../../../lib/provider-keys/save.ts";
import type { RawRecord } from "../../../lib/provider-keys/store.ts";
import { useProviderKey, type UsePorts } from "../../../lib/provider-keys/use.ts";
import { slotOf } from "../../../lib/providers/find.ts";
import { openai } from "../../../lib/providers/registry/openai.ts";
import { Secret } from "../../../lib/secret.ts";
import { memoryKeyring } from "../../support/memory-keyring.ts";

const slot = slotOf(openai);
const who = { ownerId: "owner", actor: "actor", caller: "test", requestId: "request" };
const text = `sk-${"x".repeat(40)}`;
let ids = 0;
const basics = {
  stage: "test",
  now: () => new Date("2026-11-24T00:00:00Z"),
  newId: () => `id-${String((ids += 1))}`,
};

async function saved(): Promise<{ record: RawRecord; keyring: ReturnType<typeof memoryKeyring> }> {
  const keyring = memoryKeyring();
  let record: RawRecord = {};
  const store = {
    save: (_address: unknown, sealed: object, details: object) => {
      record = { ...sealed, ...details, state: "active" };
      return Promise.resolve();
    },
  };
  const takeLimit = () => Promise.resolve();
  const ports = { ...basics, store, takeLimit, dataKeys: keyring, writeSuite: "A256GCM" } as const;
  await saveProviderKey(ports, who, { slot, pasted: new Secret(text) });
  return { record, keyring };
}

/** Ports that write down, in order, what happened. */
function portsOver(record: RawRecord | undefined, applied: boolean, keyring = memoryKeyring()) {
  const events: string[] = [];
  const changes: Change[] = [];
  const noted = (event: string) => (change: Change) => {
    events.push(event);
    changes.push(change);
    return Promise.resolve();
  };
  const ports: UsePorts = {
    ...basics,
    readSuites: ["A256GCM"],
    store: {
      claim: async (_address, change) => {
        await noted("claim")(change);
        return { applied, record };
      },
      listStatus: () => Promise.resolve([]),
      noteOpenFailed: (_address, change) => noted("open failed")(change),
      noteHealth: (_address, _sealId, health, change) => noted(`health ${health.status}`)(change),
    },
    unwrapperFor: (useId) => ({
      unwrapDataKey: (wrapped, context) => {
        events.push(`decrypt for ${useId}`);
        return keyring.unwrapDataKey(wrapped, context);
      },
    }),
  };
  return { ports, events, changes };
}

describe("a use", () => {
  test("claims first, then decrypts for that very claim", async () => {
    const { record, keyring } = await saved();
    const { ports, events, changes } = portsOver(record, true, keyring);
    const use = await useProviderKey(ports, who, slot);
    expect(use.providerKey.exposeSecret()).toBe(text);
    expect(events).toEqual(["claim", `decrypt for ${use.useId}`]);
    expect(changes[0]).toMatchObject({
      operation: "use",
      useId: use.useId,
      caller: "test",
      requestId: "request",
    });
  });

  test.each([
    { state: undefined, code: "PROVIDER_KEY_NOT_FOUND" },
    { state: "removed", code: "PROVIDER_KEY_NOT_FOUND" },
    { state: "disabled", code: "PROVIDER_KEY_DISABLED" },
    { state: "active", code: "PROVIDER_KEY_EXPIRED" },
  ])(
    "of a record in state $state that could not be claimed is $code, and nothing is decrypted",
    async ({ state, code }) => {
      const { ports, events } = portsOver(
        state === undefined ? undefined : { state, expiresAt: "2026-11-23T00:00:00.000Z" },
        false,
      );
      await expect(useProviderKey(ports, who, slot)).rejects.toMatchObject({ code });
      expect(events).toEqual(["claim"]);
    },
  );

  test("notes the health of the provider key only when it changes: otherwise a use is one write", async () => {
    const { record, keyring } = await saved();
    const { ports, events } = portsOver(record, true, keyring);
    const use = await useProviderKey(ports, who, slot);
    await use.noteHealth("unknown");
    expect(events).toHaveLength(2);
    await use.noteHealth("valid");
    expect(events[2]).toBe("health valid");
  });

  test("that cannot be claimed decrypts nothing", async () => {
    const { record, keyring } = await saved();
    const { ports, events } = portsOver(record, true, keyring);
    const down = { ...ports.store, claim: () => Promise.reject(new WaxsealError("STORE_UNAVAILABLE")) };
    const use = useProviderKey({ ...ports, store: down }, who, slot);
    await expect(use).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(events).toEqual([]);
  });

  test.each([
    "iv",
    "ciphertext",
    "tag",
    "wrappedDataKey",
    "sealId",
    "endpointId",
    "cipherSuite",
    "formatVersion",
  ])("of a record without its %s is DECRYPT_FAILED, and leaves a trace", async (attribute) => {
    const { record, keyring } = await saved();
    const { [attribute]: _gone, ...damaged } = record;
    const { ports, events } = portsOver(damaged, true, keyring);
    await expect(useProviderKey(ports, who, slot)).rejects.toMatchObject({ code: "DECRYPT_FAILED" });
    expect(events).toEqual(["claim", "open failed"]);
  });

  test("keeps its answer when the trace of a failure cannot be written", async () => {
    const { ports } = portsOver({ state: "active" }, true);
    const store = {
      ...ports.store,
      noteOpenFailed: () => Promise.reject(new WaxsealError("STORE_UNAVAILABLE")),
    };
    await expect(useProviderKey({ ...ports, store }, who, slot)).rejects.toMatchObject({
      code: "DECRYPT_FAILED",
    });
  });

  test("with KMS down is KMS_UNAVAILABLE, not a damaged record", async () => {
    const { record, keyring } = await saved();
    const { ports, events } = portsOver(record, true, keyring);
    const unwrapDataKey = () => Promise.reject(new WaxsealError("KMS_UNAVAILABLE"));
    const use = useProviderKey({ ...ports, unwrapperFor: () => ({ unwrapDataKey }) }, who, slot);
    await expect(use).rejects.toMatchObject({ code: "KMS_UNAVAILABLE" });
    expect(events).toEqual(["claim"]);
  });
});
