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
import type { IntegrityOptions } from "./integrity.ts";
import type { Manifests } from "./manifests.ts";
import type { Problems } from "./problems.ts";

export interface Chain {
  readonly count: number;
  /** By number the hash of each head that is there. */
  readonly heads: ReadonlyMap<number, string>;
  /** By a manifest's name the number of the checkpoint that covers it. */
  readonly coveredBy: ReadonlyMap<string, number>;
}

/** That each is signed, is where its number says, links to the one before, and covers what there is. */
export async function verifyCheckpoints(
  evidence: Evidence,
  manifests: Manifests,
  problems: Problems,
  options: IntegrityOptions,
): Promise<Chain> {
  const publicKey = keyOf(evidence, problems);
  const heads = new Map<number, string>();
  const coveredBy = new Map<string, number>();
  let last: CheckpointHead | undefined;
  let count = 0;
  for await (const object of evidence.objects(checkpointPrefix)) {
    count += 1;
    const checkpoint = read(object, publicKey, problems);
    if (!checkpoint) continue;
    const { head } = checkpoint;
    assertLinked(last, head, object.name, problems);
    heads.set(head.number, hashOfHead(head));
    for (const [name, hash] of checkpoint.manifests) {
      coveredBy.set(name, head.number);
      const there = manifests.hashes.get(name);
      if (there === undefined) problems.add("manifest_missing", name);
      else if (there !== hash) problems.add("manifest_replaced", name);
    }
    last = head;
  }
  if (count > 0 && evidence.publicKeys.pinned === undefined)
    problems.add("public_key_missing", "public-key.pem");
  if (last) assertCovered(last, manifests, coveredBy, problems);
  assertInTime(last, problems, options);
  return { count, heads, coveredBy };
}

/** What the auditor trusts decides: their own file, else what KMS says, and the bucket must agree. */
function keyOf({ publicKeys }: Evidence, problems: Problems): string | undefined {
  const { pinned, trusted } = publicKeys;
  if (pinned !== undefined && trusted !== undefined && pinned.trim() !== trusted.trim())
    problems.add("public_key_changed", "public-key.pem");
  return trusted ?? pinned;
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
  const isNext = head.number === expected;
  const goesBack = last !== undefined && (head.through < last.through || head.stage !== last.stage);
  if ((isNext && head.previous !== previous) || goesBack) problems.add("checkpoint_broken_chain", name);
}

/** What was written before the last one looked, and is in none: put there afterwards. */
function assertCovered(
  last: CheckpointHead,
  manifests: Manifests,
  coveredBy: Chain["coveredBy"],
  problems: Problems,
): void {
  const settled = new Date(Date.parse(last.through) - OVERLAP_MS).toISOString();
  for (const name of manifests.hashes.keys())
    if (!coveredBy.has(name) && timeOfManifest(name) <= settled)
      problems.add("manifest_not_in_checkpoint", name);
}

function assertInTime(
  last: CheckpointHead | undefined,
  problems: Problems,
  { now, checkpointEveryMs, graceMs }: IntegrityOptions,
): void {
  if (checkpointEveryMs === undefined || !last) return;
  const latest = Date.parse(last.at) + 2 * checkpointEveryMs + graceMs;
  if (now.getTime() > latest) problems.add("checkpoint_overdue", checkpointName(last.number + 1));
}
