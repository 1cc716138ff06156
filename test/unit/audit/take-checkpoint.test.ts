import { describe, expect, test } from "vitest";
import { canonicalBytes } from "../../../lib/audit/canonical.ts";
import { checkpointName, hashOfHead, parseCheckpoint } from "../../../lib/audit/checkpoint.ts";
import { manifestName, publicKeyName, timeOfManifest } from "../../../lib/audit/manifest-store.ts";
import { takeCheckpoints, type CheckpointPorts } from "../../../lib/audit/take-checkpoint.ts";
import { AuditHistory, signerOf, threePeople } from "../../support/evidence-history.ts";

function checkpointOf({ objects }: AuditHistory, number: number) {
  const checkpoint = parseCheckpoint(objects.versions.get(checkpointName(number))?.[0] ?? new Uint8Array());
  if (!checkpoint) throw new Error("there is no such checkpoint");
  return checkpoint;
}

const namesIn = (history: AuditHistory, number: number) =>
  checkpointOf(history, number).manifests.map(([name]) => name);

describe("a checkpoint", () => {
  test("links to the one before and covers only what none before has", async () => {
    const history = await threePeople();
    const [one, two] = [checkpointOf(history, 1), checkpointOf(history, 2)];
    expect(one.head).toMatchObject({ number: 1, previous: null, manifests: 5, events: 8 });
    // With the event of the first one's signing.
    expect(two.head).toMatchObject({ number: 2, previous: hashOfHead(one.head), manifests: 3, events: 4 });
    expect(namesIn(history, 1).filter((name) => namesIn(history, 2).includes(name))).toEqual([]);
  });

  test("is signed also where nothing came, so that its absence says something", async () => {
    const history = await threePeople();
    await history.checkpoint();
    await history.checkpoint();
    await history.checkpoint();
    expect(namesIn(history, 5)).toHaveLength(1);
    expect(await history.problems()).toEqual([]);
  });

  test("leaves to the next what a recorder may still be writing", async () => {
    const history = await threePeople();
    history.record(history.use("ada"));
    const justNow = history.objects.sorted("manifests/").at(-1);
    history.pass(60_000);
    await takeCheckpoints(history.ports);
    expect(namesIn(history, 3)).not.toContain(justNow);
    await history.checkpoint();
    expect(namesIn(history, 4)).toContain(justNow);
  });

  test("covers what was written up to ten minutes late, and nobody covers what was later", async () => {
    const history = await threePeople();
    const through = Date.parse(checkpointOf(history, 2).head.through);
    const late = (ms: number) => {
      const body = canonicalBytes({ schemaVersion: 1, events: [] });
      const name = manifestName(new Date(through - ms), body);
      history.objects.put(name, body);
      return name;
    };
    const [tenMinutes, more] = [late(599_000), late(601_000)];
    await history.checkpoint();
    expect(namesIn(history, 3)).toContain(tenMinutes);
    expect(namesIn(history, 3)).not.toContain(more);
    expect(await history.problems()).toEqual([`manifest_not_in_checkpoint ${more}`]);
  });

  test("does not take its time from a name that no recorder gives", async () => {
    const history = await threePeople();
    history.objects.put("manifests/!", Buffer.from("{}"));
    history.objects.put("manifests/2026-11-25", Buffer.from("{}"));
    await history.checkpoint();
    expect(await history.problems()).toEqual(
      expect.arrayContaining(["manifest_malformed manifests/!", "manifest_malformed manifests/2026-11-25"]),
    );
    expect(checkpointOf(history, 3).head.number).toBe(3);
  });

  test("of a clock that went back has no earlier time than the one before", async () => {
    const history = await threePeople();
    const { through } = checkpointOf(history, 2).head;
    const behind = new Date(Date.parse(through) - 1_800_000);
    await takeCheckpoints({ ...history.ports, now: () => behind });
    expect(checkpointOf(history, 3).head.through).toBe(through);
    expect(await history.problems()).toEqual([]);
  });
});

test("a long history becomes several checkpoints in one run, each of at most 10,000 manifests", async () => {
  const history = new AuditHistory();
  for (let each = 0; each < 20_001; each += 1) {
    // Some hundreds of the same millisecond, over the bound too.
    if (each % 300 === 0) history.pass(1000);
    const body = canonicalBytes({
      schemaVersion: 1,
      events: [[`intake-${each}/000000000001`, "0".repeat(64)]],
    });
    history.objects.put(manifestName(history.now, body), body);
  }
  expect(await history.checkpoint()).toBe(3);
  const sizes = [1, 2, 3].map((number) => namesIn(history, number).length);
  expect(sizes).toEqual([10_000, 10_000, 1]);
  expect(new Set([1, 2, 3].flatMap((number) => namesIn(history, number))).size).toBe(20_001);
  const { through } = checkpointOf(history, 1).head;
  expect(through).toBe(timeOfManifest(namesIn(history, 1).at(-1) ?? ""));
}, 60_000);

test("two runs at once leave one chain, without a gap, and the later goes without", async () => {
  const history = await threePeople();
  history.pass(3_600_000);
  const signed = await Promise.all([takeCheckpoints(history.ports), takeCheckpoints(history.ports)]);
  expect(signed.toSorted()).toEqual([0, 1]);
  expect(history.objects.sorted("checkpoints/")).toEqual([1, 2, 3].map(checkpointName));
  history.pass(600_000);
  expect(await history.problems()).toEqual([]);
});

/** Ends the run at its nth call of anything, before it or after it was done. */
function killedAt(ports: CheckpointPorts, nth: number, isDone: boolean): CheckpointPorts {
  let calls = 0;
  const once = async <Value>(call: () => Promise<Value>): Promise<Value> => {
    calls += 1;
    if (calls !== nth) return call();
    if (isDone) await call();
    throw new Error("killed");
  };
  const { objects, signer, intake } = ports;
  return {
    ...ports,
    objects: {
      read: (name) => once(() => objects.read(name)),
      putOnce: (name, body) => once(() => objects.putOnce(name, body)),
      names: (prefix, after) => objects.names(prefix, after),
    },
    signer: {
      keyId: signer.keyId,
      publicKey: () => once(() => signer.publicKey()),
      sign: (message) => once(() => signer.sign(message)),
    },
    intake: { enter: (entry) => once(() => intake.enter(entry)) },
  };
}

test.each([
  ["the first", () => Promise.resolve(new AuditHistory())],
  ["another", threePeople],
])(
  "%s run that is killed anywhere is made good by the next, and each checkpoint has its event",
  async (_which, make) => {
    let kills = 0;
    for (const isDone of [false, true])
      for (let nth = 1; ; nth += 1) {
        const history = await make();
        history.record(history.save("dan"));
        history.pass(3_600_000);
        const outcome = await takeCheckpoints(killedAt(history.ports, nth, isDone)).catch(() => "killed");
        if (outcome !== "killed") break;
        kills += 1;
        await history.checkpoint();
        history.pass(600_000);
        expect(await history.problems()).toEqual([]);
        const signed = [...history.events.values()].filter(({ type }) => type === "checkpoint_signed");
        expect(signed).toHaveLength(history.objects.sorted("checkpoints/").length);
      }
    expect(kills).toBeGreaterThan(12);
  },
);

describe("nothing is signed on top of", () => {
  const broken = expect.objectContaining({ code: "AUDIT_CHAIN_BROKEN" }) as unknown;

  test("a public key other than the one pinned", async () => {
    const history = await threePeople();
    history.pass(3_600_000);
    await expect(takeCheckpoints({ ...history.ports, signer: signerOf("mine") })).rejects.toEqual(broken);
    history.objects.put(publicKeyName, Buffer.from(signerOf("mine").pem));
    await expect(takeCheckpoints(history.ports)).rejects.toEqual(broken);
    expect(history.objects.sorted("checkpoints/")).toHaveLength(2);
  });

  test.each([
    ["that is none", () => Buffer.from("{}")],
    ["of another number", ({ objects }: AuditHistory) => objects.versions.get(checkpointName(1))?.[0]],
  ])("a last checkpoint %s", async (_what, make) => {
    const history = await threePeople();
    history.objects.put(checkpointName(2), make(history) ?? new Uint8Array());
    await expect(history.checkpoint()).rejects.toEqual(broken);
    expect(history.objects.sorted("checkpoints/")).toHaveLength(2);
  });
});
