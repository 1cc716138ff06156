/** Each way to spoil the evidence, with whatever rights it takes: found, and named. */
import fc from "fast-check";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { canonicalBytes } from "../../lib/audit/canonical.ts";
import { checkpointName, parseCheckpoint, rootOf, signedBytes } from "../../lib/audit/checkpoint.ts";
import { publicKeyName } from "../../lib/audit/manifest-store.ts";
import type { Evidence } from "../../lib/audit/verify/evidence.ts";
import { folderEvidence, writeEvidence } from "../../lib/audit/verify/folder-evidence.ts";
import { verifyIntegrity } from "../../lib/audit/verify/integrity.ts";
import {
  AuditHistory,
  GRACE_MS,
  idOf,
  signerOf,
  threePeople,
  type Item,
} from "../support/evidence-history.ts";

const recordOf = (owner: string) => idOf(`record ${owner}`);
const eventOf = (owner: string, seq: number) => `${recordOf(owner)}/${String(seq).padStart(12, "0")}`;
const [first, second, third] = [checkpointName(1), checkpointName(2), checkpointName(3)];

/** What is found after it. Before it nothing is. */
async function foundAfter(tamper: (history: AuditHistory) => unknown): Promise<string[]> {
  const history = await threePeople();
  expect(await history.problems()).toEqual([]);
  await tamper(history);
  return history.problems();
}

const manifestsOf = ({ objects }: AuditHistory) => objects.sorted("manifests/");

describe("an event", () => {
  test.each(["actor", "at", "ownerId", "witnessId", "type"])(
    "whose %s was changed is named",
    async (member) => {
      const id = eventOf("ada", 2);
      const found = await foundAfter(({ events }) =>
        events.set(id, { ...events.get(id), [member]: "other" }),
      );
      expect(found).toEqual([`event_changed ${id}`]);
    },
  );

  test.each([
    ["something was added to", { more: "than was recorded" }],
    ["something without an encoding was added to", { more: Infinity }],
  ])("that %s is named", async (_how, more) => {
    const id = eventOf("ada", 2);
    expect(await foundAfter(({ events }) => events.set(id, { ...events.get(id), ...more }))).toEqual([
      `event_changed ${id}`,
    ]);
  });

  test("that was given the time at which it expires is the same", async () => {
    const id = eventOf("ada", 2);
    expect(await foundAfter(({ events }) => events.set(id, { ...events.get(id), purgeAt: 1 }))).toEqual([]);
  });

  test.each([
    ["in the middle", 2],
    ["at the end", 5],
  ])("that was removed %s is named", async (_where, seq) => {
    const id = eventOf("ada", seq);
    expect(await foundAfter(({ events }) => events.delete(id))).toEqual([`event_missing ${id}`]);
  });

  test("that never came to be in a manifest and was removed leaves a gap, or a record ahead", async () => {
    const gap = await foundAfter((history) => {
      history.use("bob");
      history.record(history.use("bob"));
    });
    expect(gap).toEqual([`gap ${eventOf("bob", 5)}`]);
    const ahead = await foundAfter((history) => {
      history.use("bob");
      history.pass(600_000);
    });
    expect(ahead).toEqual([`record_ahead ${recordOf("bob")}`]);
  });

  test("of an owner is named, where all of theirs were removed, and where their record was too", async () => {
    const removeAll = ({ events }: AuditHistory) => {
      for (const id of [...events.keys()]) if (id.startsWith(recordOf("ada"))) events.delete(id);
    };
    const missing = [1, 2, 3, 4, 5].map((seq) => `event_missing ${eventOf("ada", seq)}`);
    expect(await foundAfter(removeAll)).toEqual(missing);
    const found = await foundAfter((history) => {
      removeAll(history);
      history.heads.delete(recordOf("ada"));
    });
    expect(found).toEqual([...missing, `record_vanished ${recordOf("ada")}`]);
  });

  test.each([
    ["a time that has been", "2026-11-25T08:30:00.000Z"],
    ["a time that has not been", "2999-01-01T00:00:00.000Z"],
    ["no time", "soon"],
    ["nothing", undefined],
  ])("that was invented with %s is named", async (_when, at) => {
    const id = eventOf("bob", 4);
    const invented = `intake-invented/000000000001`;
    const found = await foundAfter(({ events }) =>
      events.set(invented, { ...events.get(id), recordId: "intake-invented", eventSeq: "000000000001", at }),
    );
    expect(found).toEqual([`event_not_in_manifest ${invented}`]);
  });

  test("that was invented for a record has a number that the record never had", async () => {
    const id = eventOf("eve", 4);
    const found = await foundAfter((history) => {
      const last = history.events.get(eventOf("eve", 3));
      history.record({ ...last, eventSeq: "000000000004" } as never);
    });
    expect(found).toEqual([`record_rolled_back ${id.slice(0, 22)}`]);
  });

  test("that says events were erased or expired, and was recorded by nobody, lets none be gone", async () => {
    const gone = eventOf("ada", 2);
    const found = await foundAfter((history) => {
      const about: Item = { schemaVersion: 1, eventSeq: "000000000001", at: history.now.toISOString() };
      const erased = { ...about, recordId: "intake-a", type: "events_erased" };
      const expired = { ...about, recordId: "intake-b", type: "events_expired" };
      const details = { checkpoint: "2", through: history.now.toISOString() };
      history.events.set("intake-a/000000000001", { ...erased, details: { recordIds: recordOf("ada") } });
      history.events.set("intake-b/000000000001", { ...expired, details });
      history.events.delete(gone);
      history.pass(600_000);
    });
    expect(found).toContain(`event_missing ${gone}`);
    expect(found).toContain("event_not_in_manifest intake-a/000000000001");
  });

  test("that says another expired than was signed, or under a name for other things, lets none be gone", async () => {
    const gone = eventOf("ada", 2);
    for (const [intakeId, checkpoint, through] of [
      ["expired-1-0", "Infinity", "9"],
      ["expired-1-0", "Infinity", null],
      ["expired-3-0", "3", "2999-01-01T00:00:00.000Z"],
      ["refused-1", "1", undefined],
    ] as const)
      expect(
        await foundAfter(async (history) => {
          const signed = parseCheckpoint((await history.objects.read(first)) ?? new Uint8Array());
          history.events.delete(gone);
          await history.intake.enter({
            ...{ intakeId, type: "events_expired", at: history.now.toISOString() },
            details: {
              checkpoint,
              ...(through !== null && { through: through ?? signed?.head.through ?? "" }),
            },
          });
          history.pass(600_000);
        }),
      ).toContain(`event_missing ${gone}`);
  });

  test("that says a checkpoint was signed, under a name for other things, makes none missed", async () => {
    const found = await foundAfter(async (history) => {
      await history.intake.enter({
        ...{ intakeId: "refused-1", type: "checkpoint_signed", at: history.now.toISOString() },
        details: { number: "1", hash: "0" },
      });
      history.pass(600_000);
    });
    expect(found).toEqual([]);
  });

  test("that the recorder saw changed, or a change around the application, is named", async () => {
    const found = await foundAfter((history) => {
      const about = { schemaVersion: 1, at: history.now.toISOString(), ownerId: "o", slot: "openai/default" };
      const tampered = {
        recordId: "tamper-1",
        eventSeq: "000000000001",
        type: "event_deleted",
        event: "e/1",
      };
      const outOfBand = { recordId: recordOf("bob"), eventSeq: "000000000004~77", problems: ["malformed"] };
      history.record({ ...about, ...tampered } as never);
      history.record({ ...about, ...outOfBand, type: "changed_out_of_band" } as never);
    });
    const where = `${recordOf("bob")}/000000000004~77`;
    expect(found).toEqual(["event_tampered_with e/1", `changed_out_of_band ${where}`]);
  });
});

describe("a manifest", () => {
  const empty = canonicalBytes({ schemaVersion: 1, events: [] });

  test("that was replaced is named, and the first version is believed", async () => {
    const history = await threePeople();
    const [name = ""] = manifestsOf(history);
    expect(await foundAfter(({ objects }) => objects.put(name, empty))).toEqual([
      `manifest_replaced ${name}`,
    ]);
  });

  test("that was destroyed and put anew does not go by its name, nor is it what was signed", async () => {
    const history = await threePeople();
    const [name = ""] = manifestsOf(history);
    const found = await foundAfter(({ objects }) => {
      objects.destroy(name);
      objects.put(name, empty);
    });
    expect(found).toContain(`manifest_replaced ${name}`);
  });

  test("that was destroyed, or hidden by a deletion marker, is named", async () => {
    const history = await threePeople();
    const [name = ""] = manifestsOf(history);
    expect(await foundAfter(({ objects }) => objects.destroy(name))).toContain(`manifest_missing ${name}`);
    expect(await foundAfter(({ objects }) => objects.remove(name))).toEqual([`manifest_replaced ${name}`]);
  });

  test.each([
    ["before what is signed", "2026-11-25T08:00:00.000Z", "manifest_not_in_checkpoint"],
    ["at a time that has not been", "2999-01-01T00:00:00.000Z", "manifest_malformed"],
    ["at no time", "whenever", "manifest_malformed"],
  ])("that was put there %s is named", async (_when, time, kind) => {
    const found = await foundAfter(({ objects }) => {
      const [original = ""] = objects.sorted("manifests/");
      const body = objects.versions.get(original)?.[0] ?? empty;
      objects.put(`manifests/${time}-${original.slice(-21)}`, body);
    });
    expect(found.some((one) => one.startsWith(`${kind} manifests/${time}`))).toBe(true);
  });

  test("that says another hash of an event than the one before disagrees", async () => {
    const id = eventOf("bob", 4);
    const found = await foundAfter((history) => {
      const original = history.events.get(id) ?? {};
      history.pass(1000);
      history.record({ ...original, actor: "eve" } as never);
    });
    expect(found).toEqual([`manifests_disagree ${id}`, `event_changed ${id}`]);
  });
});

describe("a checkpoint", () => {
  const parsed = ({ objects }: AuditHistory, name: string) => {
    const checkpoint = parseCheckpoint(objects.versions.get(name)?.[0] ?? new Uint8Array());
    if (!checkpoint) throw new Error("there is no such checkpoint");
    return checkpoint;
  };
  const replace = ({ objects }: AuditHistory, name: string, body: Uint8Array) => {
    objects.destroy(name);
    objects.put(name, body);
  };

  test("that was signed by another KMS key is forged", async () => {
    const found = await foundAfter(async (history) => {
      const { head, ...rest } = parsed(history, second);
      const value = Buffer.from(await signerOf("mine").sign(signedBytes(head))).toString("base64");
      const signature = { ...rest.signature, value };
      replace(history, second, canonicalBytes({ ...rest, head, signature }));
    });
    expect(found).toContain(`checkpoint_forged ${second}`);
  });

  test("whose list was cut, with the root or without, is forged", async () => {
    for (const withRoot of [true, false]) {
      const found = await foundAfter((history) => {
        const { head, manifests, signature } = parsed(history, second);
        const cut = manifests.slice(1);
        const root = withRoot ? rootOf(cut) : head.root;
        const body = { head: { ...head, root, manifests: cut.length }, manifests: cut, signature };
        replace(history, second, canonicalBytes(body));
      });
      expect(found).toContain(`checkpoint_forged ${second}`);
    }
  });

  test("of before, put back in the place of a later one, has another number", async () => {
    const found = await foundAfter((history) => {
      const old = history.objects.versions.get(first)?.[0] ?? new Uint8Array();
      replace(history, second, old);
    });
    expect(found).toEqual([`checkpoint_replaced ${second}`, `checkpoint_missing ${second}`]);
  });

  test("over which another was put has two versions", async () => {
    const found = await foundAfter(({ objects }) => {
      objects.put(second, objects.versions.get(first)?.[0] ?? new Uint8Array());
    });
    expect(found).toEqual([`checkpoint_replaced ${second}`]);
  });

  test("that is gone is missed: from the middle by its number, the last by the event of its signing", async () => {
    const history = await threePeople();
    await history.checkpoint();
    history.pass(600_000);
    expect(await history.problems()).toEqual([]);
    history.objects.destroy(second);
    expect(await history.problems()).toContain(`checkpoint_missing ${second}`);
    history.objects.destroy(third);
    expect(await history.problems()).toContain(`checkpoint_missing ${third}`);
  });

  test("that is no checkpoint is malformed", async () => {
    const found = await foundAfter((history) => {
      replace(history, second, Buffer.from("{"));
    });
    expect(found).toContain(`checkpoint_malformed ${second}`);
  });

  test("by the right KMS key that leaves out the one before breaks the chain", async () => {
    const found = await foundAfter(async (history) => {
      const { head, ...rest } = parsed(history, second);
      const other = { ...head, previous: null };
      const value = Buffer.from(await history.signer.sign(signedBytes(other))).toString("base64");
      const signature = { ...rest.signature, value };
      replace(history, second, canonicalBytes({ ...rest, head: other, signature }));
    });
    expect(found).toEqual([`checkpoint_broken_chain ${second}`, `checkpoint_replaced ${second}`]);
  });

  test("that was not signed in time is overdue, also where there never was one", async () => {
    expect(await foundAfter((history) => history.pass(3 * 3_600_000))).toEqual([
      `checkpoint_overdue ${third}`,
    ]);
    const found = await foundAfter((history) => {
      for (const name of [first, second, publicKeyName]) history.objects.destroy(name);
      for (const [id, { type }] of history.events)
        if (type === "checkpoint_signed") history.events.delete(id);
      history.pass(3 * 3_600_000);
    });
    expect(found).toContain(`checkpoint_overdue ${first}`);
  });

  test("cannot be vouched for by a public key that was put in the place of the one pinned", async () => {
    const replaced = await foundAfter(({ objects }) => {
      objects.put(publicKeyName, Buffer.from(signerOf("mine").pem));
    });
    expect(replaced).toEqual([`public_key_changed ${publicKeyName}`]);
    expect(await foundAfter(({ objects }) => objects.destroy(publicKeyName))).toEqual([
      `public_key_missing ${publicKeyName}`,
    ]);
  });
});

describe("a record", () => {
  test("that was rolled back in the table is named", async () => {
    const recordId = recordOf("ada");
    const found = await foundAfter(({ heads, now }) =>
      heads.set(recordId, { recordId, changeSeq: 2, at: now.toISOString() }),
    );
    expect(found).toEqual([`record_rolled_back ${recordId}`]);
  });

  test.each([
    ["a time that has been", "2026-11-25T08:30:00.000Z"],
    ["a time that has not been", "2999-01-01T00:00:00.000Z"],
    ["no time", "soon"],
  ])("that was changed around the recorder, with %s, is ahead of its events", async (_when, at) => {
    const recordId = recordOf("ada");
    const found = await foundAfter(({ heads }) => heads.set(recordId, { recordId, changeSeq: 9, at }));
    expect(found).toEqual([`record_ahead ${recordId}`]);
  });

  test("that is gone without an event that says so has vanished", async () => {
    expect(await foundAfter(({ heads }) => heads.delete(recordOf("bob")))).toEqual([
      `record_vanished ${recordOf("bob")}`,
    ]);
  });
});

describe("a seal", () => {
  const save = (history: AuditHistory, seal: string, more: Item = {}) =>
    history.record(history.change("ada", "key_saved", { caller: "save", sealId: idOf(seal), ...more }));

  test("that was replaced and is put back, as if it were saved, came before: that is named", async () => {
    const id = eventOf("ada", 7);
    expect(
      await foundAfter((history) => {
        save(history, "new seal");
        save(history, "seal ada", { kmsRequestId: "invented" });
      }),
    ).toEqual([`seal_repeated ${id}`]);
  });

  test("that is rewrapped, or that a restore says it brings back, is no finding", async () => {
    const found = await foundAfter((history) => {
      save(history, "seal ada", { type: "key_rewrapped" });
      save(history, "seal ada", { type: "key_restored" });
    });
    expect(found).toEqual([]);
  });
});

describe("evidence in a folder", () => {
  const options = { now: () => new Date("2026-11-26T00:00:00.000Z"), graceMs: GRACE_MS };
  const taken = async (history: AuditHistory, evidence: Evidence, at = history.now) => {
    const folder = mkdtempSync(path.join(tmpdir(), "waxseal-evidence-"));
    await writeEvidence(evidence, folder, at, () => undefined);
    return folder;
  };
  const kinds = async (folder: string, pem: string) => {
    const { problems } = await verifyIntegrity(await folderEvidence(folder, pem), options);
    return problems.map(({ kind }) => kind);
  };

  test("that was taken while more was recorded and signed holds, and has nothing later than it says", async () => {
    const history = await threePeople();
    const evidence = history.evidence();
    const objects = async function* (prefix: string) {
      yield* evidence.objects(prefix);
      if (prefix !== "checkpoints/") return;
      history.record(history.use("bob"));
      await history.checkpoint();
    };
    const before = history.now.toISOString();
    const folder = await taken(history, { ...evidence, objects: (prefix) => objects(prefix) });
    expect(await kinds(folder, history.signer.pem)).toEqual([]);
    const text = readFileSync(path.join(folder, "objects.jsonl"), "utf8");
    const names = [...text.matchAll(/"manifests\/([^"]{24})/g)].map(([, at]) => at ?? "");
    expect(names.filter((at) => at > before)).toEqual([]);
    expect(names.length).toBeGreaterThan(5);
  });

  test("that says it was taken before what it has is named, whatever was invented in it since", async () => {
    const history = await threePeople();
    const folder = await taken(history, history.evidence());
    const about = { schemaVersion: 1, format: "waxseal-audit-evidence", at: "2026-11-25T08:30:00.000Z" };
    writeFileSync(path.join(folder, "evidence.json"), JSON.stringify(about));
    expect(await kinds(folder, history.signer.pem)).toEqual(["evidence_backdated", "evidence_backdated"]);
  });

  test("without a checkpoint does not hold by a public key that somebody kept", async () => {
    const history = new AuditHistory();
    history.record(history.save("ada"));
    history.pass(600_000);
    const folder = await taken(history, history.evidence());
    expect(await kinds(folder, history.signer.pem)).toEqual(["checkpoint_missing"]);
    const { ok } = await verifyIntegrity(await folderEvidence(folder, undefined), options);
    expect(ok).toBe(true);
  });
});

test("nothing is found in any history that nobody touched, whatever order it has, redelivered, expired or erased", async () => {
  const owner = fc.constantFrom("ada", "bob", "eve");
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ does: fc.constant("use" as const), owner }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant("redeliver" as const), owner }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant("checkpoint" as const), owner }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant("purge" as const), owner }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant("erase" as const), owner }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant("expire" as const), owner }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const history = await threePeople();
      const gone = new Set<string>();
      for (const { does, owner: of } of steps) await doStep(history, does, of, gone);
      // Under traffic: what was just done may not be recorded yet.
      history.use("someone");
      const every = 40 * 3_600_000;
      expect((await history.verify(history.evidence(), every)).problems).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

type Does = "use" | "redeliver" | "checkpoint" | "purge" | "erase" | "expire";

async function doStep(history: AuditHistory, does: Does, owner: string, gone: Set<string>): Promise<void> {
  const at = history.now.toISOString();
  switch (does) {
    case "checkpoint":
      await history.checkpoint();
      return;
    case "use":
      if (!gone.has(owner)) history.record(history.use(owner));
      return;
    case "redeliver":
      history.pass(1000);
      history.record(...([...history.events.values()].slice(-5) as never[]));
      return;
    case "purge":
      if (!gone.has(owner)) history.record(history.purge(owner));
      gone.add(owner);
      return;
    case "erase": {
      if (!gone.has(owner)) return;
      const details = { recordIds: recordOf(owner) };
      const intakeId = `erased-${recordOf(owner)}`;
      await history.intake.enter({ intakeId, at, type: "events_erased", details });
      for (const id of [...history.events.keys()])
        if (id.startsWith(recordOf(owner))) history.events.delete(id);
      return;
    }
    case "expire":
      await expireFirst(history, at);
  }
}

/** What the first checkpoint covers, records' events and others. */
async function expireFirst({ objects, events, intake }: AuditHistory, at: string): Promise<void> {
  const checkpoint = parseCheckpoint((await objects.read(first)) ?? new Uint8Array());
  const { head, manifests = [] } = checkpoint ?? {};
  const details = { checkpoint: "1", through: head?.through ?? "" };
  await intake.enter({ intakeId: "expired-1-0", at, type: "events_expired", details });
  for (const [name] of manifests) {
    const manifest = JSON.parse(Buffer.from((await objects.read(name)) ?? []).toString()) as {
      events: [string, string][];
    };
    for (const [id] of manifest.events) events.delete(id);
  }
}
