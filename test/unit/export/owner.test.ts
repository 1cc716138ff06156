import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportOwner, slotsOf, type OwnerExportPorts } from "../../../lib/export/owner-export.ts";
import { plaintextLine } from "../../../lib/export/plaintext-line.ts";
import { kmsDataKeyUnwrapper } from "../../../lib/kms/data-key-unwrapper.ts";
import { ProviderKeyStore } from "../../../lib/provider-keys/store.ts";
import { Secret } from "../../../lib/secret.ts";
import { canaryKey } from "../../support/keys.ts";
import {
  around,
  bothSuites,
  endpoints,
  RecordsTable,
  stage,
  type Around,
} from "../../support/records-table.ts";

let table: RecordsTable;
beforeAll(async () => {
  table = await RecordsTable.start();
});
afterAll(() => table.close());

function ports(surround: Around = (_call, proceed) => proceed()): OwnerExportPorts {
  const { dynamo, kms } = around(table, surround);
  let ids = 0;
  return {
    ...{ dynamo, table: table.name, stage, readSuites: bothSuites, endpoints, now: () => new Date() },
    store: new ProviderKeyStore(dynamo, table.name),
    unwrapperFor: (useId) => kmsDataKeyUnwrapper(kms, useId),
    caller: "waxseal export",
    exportId: "export-1",
    newId: () => `use-${(ids += 1)}`,
  };
}

async function written(given: OwnerExportPorts, ownerId: string) {
  const lines: string[] = [];
  const slots = await slotsOf(given, ownerId);
  const result = await exportOwner(given, slots, async (line) => void lines.push(line));
  return { ...result, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe("an owner's export in plaintext", () => {
  test("has all that the owner has, disabled and expired too, and nobody else's", async () => {
    const [active, disabled, expired, others] = [
      canaryKey(),
      canaryKey(),
      canaryKey("anthropic"),
      canaryKey(),
    ];
    const at = (slot: string, ownerId = "leaving") => ({ ownerId, slot });
    await table.put(await table.record(at("openai/default"), "A256GCM", active));
    await table.put(
      await table.record(at("openai/work"), "A256CBC-HS512", disabled, {
        state: "disabled",
        label: undefined,
      }),
    );
    await table.put(
      await table.record(at("anthropic/default"), "A256GCM", expired, {
        expiresAt: "2020-01-01T00:00:00.000Z",
      }),
    );
    await table.put({ ...at("openai/old"), state: "removed", changeSeq: 3 });
    await table.put(await table.record(at("openai/default", "another"), "A256GCM", others));

    const { exported, failures, lines } = await written(ports(), "leaving");
    expect({ exported, failures }).toEqual({ exported: 3, failures: [] });
    expect(lines).toEqual([
      { provider: "anthropic", name: "default", label: "My own", apiKey: expired },
      { provider: "openai", name: "default", label: "My own", apiKey: active },
      { provider: "openai", name: "work", apiKey: disabled },
    ]);
  });

  test("claims each before it is decrypted, counts no use, and leaves who it was", async () => {
    const address = { ownerId: "claimed", slot: "openai/default" };
    await table.put(await table.record(address, "A256GCM", canaryKey()));
    const calls: string[] = [];
    const given = ports((call, proceed) => {
      calls.push(call);
      return proceed();
    });
    await written(given, "claimed");
    expect(calls).toEqual(["Query", "Update export", "Decrypt"]);
    expect(await table.get(address)).toMatchObject({
      ...{ useCount: 5, lastUsedAt: "2026-11-01T00:00:00.000Z", changeSeq: 8 },
      lastChange: { operation: "export", actor: "operator", requestId: "export-1", useId: "use-1" },
    });
  });

  test("leaves out, by slot and code, what does not open, and keeps none of the others back", async () => {
    const at = (slot: string) => ({ ownerId: "damaged", slot });
    await table.put(await table.record(at("openai/a"), "A256GCM", canaryKey(), { tag: Buffer.alloc(16) }));
    await table.put(await table.record(at("openai/b"), "A256GCM", canaryKey(), { endpointId: "elsewhere" }));
    const good = canaryKey();
    await table.put(await table.record(at("openai/c"), "A256GCM", good));
    const whole = await table.record(at("openai/d"), "A256GCM", canaryKey());
    const { sealId: _lost, ...withoutSeal } = whole;
    await table.put(withoutSeal);
    const { exported, failures, lines } = await written(ports(), "damaged");
    expect(exported).toBe(1);
    expect(failures).toEqual([
      { slot: "openai/a", reason: "DECRYPT_FAILED" },
      { slot: "openai/b", reason: "ORIGIN_NOT_REGISTERED" },
      { slot: "openai/d", reason: "RECORD_MALFORMED" },
    ]);
    expect(lines.map(({ apiKey }) => apiKey)).toEqual([good]);
  });

  test("that is stopped claims and decrypts no more, and says that there is no file", async () => {
    for (const slot of ["openai/a", "openai/b"])
      await table.put(await table.record({ ownerId: "stopping", slot }, "A256GCM", canaryKey()));
    const stop = new AbortController();
    const calls: string[] = [];
    const given = ports(async (call, proceed) => {
      calls.push(call);
      const answer = await proceed();
      if (call === "Decrypt") stop.abort();
      return answer;
    });
    const run = written({ ...given, signal: stop.signal }, "stopping");
    await expect(run).rejects.toMatchObject({ code: "JOB_STOPPED" });
    expect(calls).toEqual(["Query", "Update export", "Decrypt"]);
  });

  test("leaves a record that was removed meanwhile out, which is no failure", async () => {
    const address = { ownerId: "removing", slot: "openai/a" };
    await table.put(await table.record(address, "A256GCM", canaryKey()));
    const given = ports(async (call, proceed) => {
      const answer = await proceed();
      if (call === "Query") await table.delete(address);
      return answer;
    });
    expect(await written(given, "removing")).toEqual({ exported: 0, failures: [], lines: [] });
  });

  test("decrypts nothing that it could not claim", async () => {
    await table.put(await table.record({ ownerId: "down", slot: "openai/a" }, "A256GCM", canaryKey()));
    const calls: string[] = [];
    const given = ports((call, proceed) => {
      calls.push(call);
      const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
      return call === "Update export" ? Promise.reject(denied) : proceed();
    });
    const { exported, failures } = await written(given, "down");
    expect({ exported, failures }).toEqual({
      exported: 0,
      failures: [{ slot: "openai/a", reason: "ACCESS_DENIED_BY_AWS" }],
    });
    expect(calls).not.toContain("Decrypt");
  });
});

test("a line has the provider key as it is, whatever characters it has", () => {
  const odd = `"quoted"\\ CANARY\u2028`;
  const line = plaintextLine({ provider: "p", name: "n", label: undefined }, new Secret(odd));
  expect(JSON.parse(line)).toEqual({ provider: "p", name: "n", apiKey: odd });
  expect(line.split("\n")).toHaveLength(2);
});
