import type { Evidence } from "./evidence.ts";
import { verifyCheckpoints } from "./checkpoints.ts";
import { verifyEvents } from "./events.ts";
import { verifyHeads } from "./heads.ts";
import { readManifests } from "./manifests.ts";
import { Problems, type Problem } from "./problems.ts";

export interface Integrity {
  readonly ok: boolean;
  readonly events: number;
  readonly manifests: number;
  readonly checkpoints: number;
  readonly problems: readonly Problem[];
  /** Gone as they may be, and said so by events of their own. */
  readonly erased: number;
  readonly expired: number;
}

export interface IntegrityOptions {
  readonly now: Date;
  /** For so long what was just done may not be recorded yet, or not be in a manifest. */
  readonly graceMs: number;
  /** How often checkpoints are signed, where that is known: later than twice that is overdue. */
  readonly checkpointEveryMs?: number | undefined;
  readonly onProgress?: ((what: string, done: number) => void) | undefined;
}

/**
 * Whether the events are those that were recorded, all of them, and the records agree with them. It keeps an id and a
 * hash of every event in memory: some 300 bytes each.
 *
 * The order matters under traffic: manifests before events before records, so that what comes in between is newer than
 * what it is held against, never missing from it.
 */
export async function verifyIntegrity(evidence: Evidence, options: IntegrityOptions): Promise<Integrity> {
  const problems = new Problems();
  const manifests = await readManifests(evidence, problems, options);
  const chain = await verifyCheckpoints(evidence, manifests, problems, options);
  const events = await verifyEvents(evidence, manifests, chain, problems, options);
  await verifyHeads(evidence, events, problems, options);
  return {
    ok: problems.all.length === 0,
    events: events.count,
    manifests: manifests.hashes.size,
    checkpoints: chain.count,
    problems: problems.all,
    erased: events.erased,
    expired: events.expired,
  };
}
