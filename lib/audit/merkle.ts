/** Merkle trees as RFC 9162, section 2.1, has them, over SHA-256. */
import { createHash } from "node:crypto";

/** The root over the leaves in their order; of no leaf, the hash of nothing. In hexadecimal. */
export function merkleRoot(leaves: readonly Uint8Array[]): string {
  return rootOf(leaves.map(leafHash)).toString("hex");
}

/** The hashes by which a leaf leads to the root, from the leaf upwards; in hexadecimal. */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): string[] {
  return pathOf(leaves.map(leafHash), index).map((hash) => hash.toString("hex"));
}

/** RFC 9162, section 2.1.3.2. */
export function isIncluded(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly string[],
  root: string,
): boolean {
  let [position, last] = [index, size - 1];
  if (index >= size) return false;
  let hash = leafHash(leaf);
  for (const text of proof) {
    if (last === 0) return false;
    const sibling = Buffer.from(text, "hex");
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash);
      while (position % 2 === 0 && position !== 0) [position, last] = [position >> 1, last >> 1];
    } else hash = nodeHash(hash, sibling);
    [position, last] = [position >> 1, last >> 1];
  }
  return last === 0 && hash.toString("hex") === root;
}

function rootOf(hashes: readonly Buffer[]): Buffer {
  const [only] = hashes;
  if (only === undefined) return createHash("sha256").digest();
  if (hashes.length === 1) return only;
  const split = splitOf(hashes.length);
  return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}

function pathOf(hashes: readonly Buffer[], index: number): Buffer[] {
  if (hashes.length <= 1) return [];
  const split = splitOf(hashes.length);
  const [left, right] = [hashes.slice(0, split), hashes.slice(split)];
  if (index < split) return [...pathOf(left, index), rootOf(right)];
  return [...pathOf(right, index - split), rootOf(left)];
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  return 2 ** (Math.ceil(Math.log2(size)) - 1);
}

function leafHash(leaf: Uint8Array): Buffer {
  return createHash("sha256")
    .update(Buffer.from([0]))
    .update(leaf)
    .digest();
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash("sha256")
    .update(Buffer.from([1]))
    .update(left)
    .update(right)
    .digest();
}
