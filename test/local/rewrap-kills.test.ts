import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JobStore } from "../../lib/jobs/job-store.ts";
import { startForTest, storedItems } from "../support/local-system.ts";
import { openAll, sealedParts, seedRecords, type Seeded } from "../support/records.ts";
import { currentMaterial, rotateMaterial, runRewrap, sendersOf } from "../support/rewrap-run.ts";
import { runCommand, startCommand } from "../support/command.ts";
import type { LocalSystem } from "../../local/system.ts";

const RECORDS = 450;
const KILLS = 50;

let system: LocalSystem;
let seeded: Seeded[];

beforeAll(async () => {
  system = await startForTest();
  seeded = await seedRecords(system, RECORDS);
});
afterAll(() => system.close());

type Call = (...args: unknown[]) => Promise<unknown>;
type Kind = "read" | "ReEncrypt" | "update" | "checkpoint";

/**
 * Clients of a process that is killed at its `at`-th call: before it is sent, or after it was carried out, when
 * nobody hears the answer any more. Nothing of that process happens afterwards.
 */
function untilKilled(at: number, after: boolean) {
  const senders = sendersOf(system);
  let calls = 0;
  let kill: (kind: Kind) => void = () => undefined;
  const killed = new Promise<Kind>((resolve) => (kill = resolve));
  const never = new Promise<never>(() => undefined);
  const guarded = (kindOf: (command: object) => Kind, send: Call): Call => {
    return async (...args) => {
      const kind = kindOf(args[0] as object);
      calls += 1;
      if (calls > at) return never;
      if (calls < at) return send(...args);
      if (after) await send(...args).catch(() => undefined);
      kill(kind);
      return never;
    };
  };
  const send = (sender: { send: unknown }) => (sender.send as Call).bind(sender);
  const recordCall = (command: object) => (command.constructor.name === "UpdateCommand" ? "update" : "read");
  return {
    killed,
    senders: {
      kms: { send: guarded(() => "ReEncrypt", send(senders.kms)) },
      dynamo: { send: guarded(recordCall, send(senders.dynamo)) },
      jobs: { send: guarded(() => "checkpoint", send(senders.jobs)) },
    } as unknown as ReturnType<typeof sendersOf>,
  };
}

describe(`a rewrap that is killed at ${KILLS} points, each run a little later than the one before`, () => {
  test("comes to the same end when it is run again: every record current, opening, and otherwise as it was", async () => {
    const before = await sealedParts(system);
    await rotateMaterial(system);
    const kinds = new Set<Kind>();
    for (let kills = 0; kills < KILLS; kills += 1) {
      const { killed, senders } = untilKilled(4 + kills, kills % 2 === 1);
      kinds.add(await Promise.race([killed, runRewrap(system, { senders, pageSize: 5 }).then(ended)]));
      if (kills % 10 === 9) expect((await openAll(system, seeded)).failed).toEqual([]);
    }
    expect([...kinds].sort()).toEqual(["ReEncrypt", "checkpoint", "read", "update"]);

    const job = await runRewrap(system, { senders: sendersOf(system), pageSize: 5 });
    expect(job.state).toBe("complete");
    const { scanned = 0, rewrapped = 0, alreadyCurrent = 0, moved, failed } = job.counts;
    expect({ scanned, moved, failed }).toEqual({ scanned: RECORDS, moved: 0, failed: 0 });
    // What was rewrapped and not noted before a kill is known by the job's id in the record.
    expect({ rewrapped, alreadyCurrent }).toEqual({ rewrapped: RECORDS, alreadyCurrent: 0 });

    const material = await currentMaterial(system);
    const items = await storedItems(system);
    expect(items.filter(({ keyMaterialId }) => keyMaterialId !== material)).toEqual([]);
    expect(await sealedParts(system)).toEqual(before);
    expect(await openAll(system, seeded)).toEqual({ opened: RECORDS, failed: [] });
  });

  test("has changed each record once, and no more often: each has one change more", async () => {
    const items = await storedItems(system);
    expect(new Set(items.map(({ changeSeq }) => changeSeq))).toEqual(new Set([2]));
  });
});

describe("the command", () => {
  test("killed as a process, without a last word, goes on where it was", async () => {
    await rotateMaterial(system);
    for (let kills = 0; kills < 3; kills += 1) {
      const { child, ended } = startCommand(system, ["rewrap", "--json", "--share", "1"]);
      await new Promise((resolve) => setTimeout(resolve, 900 + 400 * kills));
      child.kill("SIGKILL");
      await ended;
    }
    const { code, json, stderr } = await runCommand(system, ["rewrap", "--json"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(json).toMatchObject({ schemaVersion: 1, scanned: RECORDS, moved: 0, failed: 0, complete: true });
    const census = await runCommand(system, ["census", "--json"]);
    expect(census.json).toMatchObject({ total: RECORDS, behind: 0 });
    expect(await openAll(system, seeded)).toEqual({ opened: RECORDS, failed: [] });
  });

  test("asked to stop, ends after what is under way, says so, and goes on when it is run again", async () => {
    await rotateMaterial(system);
    const { child, ended } = startCommand(system, ["rewrap", "--json", "--share", "1"]);
    await untilJobRuns();
    child.kill("SIGINT");
    const { code, json } = await ended;
    expect(code).toBe(130);
    expect(json).toMatchObject({ complete: false, state: "stopped" });
    const again = await runCommand(system, ["rewrap", "--json"]);
    expect(again.code).toBe(0);
    expect(again.json).toMatchObject({ jobId: json["jobId"], scanned: RECORDS, complete: true });
  });
});

/** Until its first page is noted. */
async function untilJobRuns(): Promise<void> {
  const { JobsTable: table = "" } = system.stack.outputs;
  const jobs = new JobStore({ dynamo: sendersOf(system).jobs, table, now: () => new Date() });
  for (;;) {
    const [latest] = await jobs.list();
    if (latest?.state === "running" && (latest.counts["scanned"] ?? 0) > 0) return;
  }
}

function ended(): never {
  throw new Error("the run came to its end before it was killed");
}
