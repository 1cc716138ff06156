import {
  checkpointName,
  hashOfHead,
  isSignedBy,
  parseCheckpoint,
  rootOf,
  type Checkpoint,
  type CheckpointHead,
} from "../checkpoint.ts";
import { checkpointPrefix, timeOfManifest } from "../manifest-store.ts";
import { OVERLAP_MS } from "../take-checkpoint.ts";
import type { Evidence, EvidenceObject } from "./evidence.ts";
import type { Look } from "./look.ts";
import type { Manifests } from "./manifests.ts";
import type { Problems } from "./problems.ts";

export interface Chain {
  readonly count: number;
  readonly last: CheckpointHead | undefined;
  /** By number what is signed of each head that is there. */
  readonly heads: ReadonlyMap<number, SignedHead>;
  /** By a manifest's name its hash, and the number of the checkpoint that covers it. */
  readonly covered: ReadonlyMap<string, Covered>;
}

interface SignedHead {
  readonly hash: string;
  /** ISO 8601. */
  readonly through: string;
}

interface Covered {
  readonly hash: string;
  readonly number: number;
}

/** That each is signed, is where its number says, and links to the one before. */
export async function readChain(evidence: Evidence, problems: Problems): Promise<Chain> {
  const publicKey = keyOf(evidence, problems);
  const heads = new Map<number, SignedHead>();
  const covered = new Map<string, Covered>();
  let last: CheckpointHead | undefined;
  let count = 0;
  for await (const object of evidence.objects(checkpointPrefix)) {
    count += 1;
    const checkpoint = read(object, publicKey, problems);
    if (!checkpoint) continue;
    const { head } = checkpoint;
    assertLinked(last, head, object.name, problems);
    heads.set(head.number, { hash: hashOfHead(head), through: head.through });
    for (const [name, hash] of checkpoint.manifests) {
      if ((covered.get(name)?.hash ?? hash) !== hash) problems.add("manifest_replaced", name);
      covered.set(name, { hash, number: head.number });
    }
    last = head;
  }
  if (count > 0 && evidence.publicKeys.pinned === undefined)
    problems.add("public_key_missing", "public-key.pem");
  // What is empty holds together as well. A stack that signs nothing has no public key that could have been kept.
  if (!last && evidence.publicKeys.isKept === true) problems.add("checkpoint_missing", checkpointName(1));
  return { count, last, heads, covered };
}

/** That what is covered is there as it was, and that what is there is covered. */
export function verifyCoverage(chain: Chain, manifests: Manifests, problems: Problems, look: Look): void {
  const { last, covered } = chain;
  for (const [name, { hash }] of covered) {
    const there = manifests.hashes.get(name);
    if (there === undefined) problems.add("manifest_missing", name);
    else if (there !== hash) problems.add("manifest_replaced", name);
  }
  // What was written before the last one looked, and is in none: put there afterwards.
  const settled = last && new Date(Date.parse(last.through) - OVERLAP_MS).toISOString();
  if (settled !== undefined)
    for (const name of manifests.hashes.keys())
      if (!covered.has(name) && timeOfManifest(name) <= settled)
        problems.add("manifest_not_in_checkpoint", name);
  assertInTime(chain, manifests, problems, look);
  assertNotBackdated(chain, manifests, problems, look);
}

/** Evidence that said it was taken earlier than what is in it would have all of that be too new to be judged. */
function assertNotBackdated(
  { last }: Chain,
  manifests: Manifests,
  problems: Problems,
  { startedAt, graceMs, isMoving, isPast }: Look,
): void {
  if (isMoving) return;
  const isLater = (at: string) => isPast(at) && Date.parse(at) > startedAt.getTime() + graceMs;
  if (last && isLater(last.at)) problems.add("evidence_backdated", checkpointName(last.number));
  const later = [...manifests.hashes.keys()].findLast((name) => isLater(timeOfManifest(name)));
  if (later !== undefined) problems.add("evidence_backdated", later);
}

/** What the auditor trusts decides: their own file, else what KMS says, and the bucket must agree. */
function keyOf({ publicKeys }: Evidence, problems: Problems): string | undefined {
  const { pinned, trusted } = publicKeys;
  if (pinned !== undefined && trusted !== undefined && textOf(pinned) !== textOf(trusted))
    problems.add("public_key_changed", "public-key.pem");
  return trusted ?? pinned;
}

/** Line ends are another editor's, not another public key. */
function textOf(pem: string): string {
  return pem.replaceAll(/\s/g, "");
}

function read(
  { name, versions, body }: EvidenceObject,
  publicKey: string | undefined,
  problems: Problems,
): Checkpoint | undefined {
  if (versions !== 1) problems.add("checkpoint_replaced", name);
  const checkpoint = parseCheckpoint(body);
  if (!checkpoint) {
    problems.add("checkpoint_malformed", name);
    return undefined;
  }
  const { head, manifests } = checkpoint;
  const isWhole = head.manifests === manifests.length && head.root === rootOf(manifests);
  if (publicKey === undefined || !isSignedBy(checkpoint, publicKey) || !isWhole) {
    problems.add("checkpoint_forged", name);
    return undefined;
  }
  // Signed, and somewhere else than where it was put.
  if (checkpointName(head.number) !== name) {
    problems.add("checkpoint_replaced", name);
    return undefined;
  }
  return checkpoint;
}

function assertLinked(
  last: CheckpointHead | undefined,
  head: CheckpointHead,
  name: string,
  problems: Problems,
): void {
  const expected = (last?.number ?? 0) + 1;
  for (let number = expected; number < head.number; number += 1)
    problems.add("checkpoint_missing", checkpointName(number));
  const previous = last ? hashOfHead(last) : null;
  const isNext = head.number <= expected;
  const goesBack = last !== undefined && (head.through < last.through || head.stage !== last.stage);
  if ((isNext && head.previous !== previous) || goesBack) problems.add("checkpoint_broken_chain", name);
}

function assertInTime(
  { last }: Chain,
  manifests: Manifests,
  problems: Problems,
  { startedAt, checkpointEveryMs, graceMs }: Look,
): void {
  if (checkpointEveryMs === undefined) return;
  const [first] = manifests.hashes.keys();
  const since = last?.at ?? (first === undefined ? "" : timeOfManifest(first));
  const latest = Date.parse(since) + 2 * checkpointEveryMs + graceMs;
  if (startedAt.getTime() > latest)
    problems.add("checkpoint_overdue", checkpointName((last?.number ?? 0) + 1));
}
