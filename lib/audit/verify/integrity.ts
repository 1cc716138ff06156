import type { Evidence } from "./evidence.ts";
import { readChain, verifyCoverage } from "./checkpoints.ts";
import { verifyEvents } from "./events.ts";
import { verifyHeads } from "./heads.ts";
import { lookNow, type IntegrityOptions } from "./look.ts";
import { readManifests } from "./manifests.ts";
import { Problems, type Problem } from "./problems.ts";

export type { IntegrityOptions } from "./look.ts";

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

/**
 * Whether the events are those that were recorded, all of them, and the records agree with them. It keeps an id and a
 * hash of every event in memory: some 300 bytes each.
 *
 * Under traffic what is read later knows more than what was read before. So where something is found in evidence that
 * moves, all of it is looked at again, and what is found both times is a problem.
 */
export async function verifyIntegrity(evidence: Evidence, options: IntegrityOptions): Promise<Integrity> {
  const first = await look(evidence, options);
  if (first.ok || evidence.takenAt !== undefined) return first;
  const second = await look(evidence, options);
  const again = new Set(second.problems.map(({ kind, where }) => `${kind} ${where}`));
  const problems = first.problems.filter(({ kind, where }) => again.has(`${kind} ${where}`));
  return { ...second, ok: problems.length === 0, problems };
}

/** In this order, in which what comes in between is newer than what it is held against, never missing from it. */
async function look(evidence: Evidence, options: IntegrityOptions): Promise<Integrity> {
  const problems = new Problems();
  const now = lookNow(options, evidence.takenAt);
  const chain = await readChain(evidence, problems);
  const manifests = await readManifests(evidence, problems, now);
  verifyCoverage(chain, manifests, problems, now);
  const events = await verifyEvents(evidence, manifests, chain, problems, now);
  await verifyHeads(evidence, events, problems, now);
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
