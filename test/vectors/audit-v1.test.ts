import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { canonicalBytes, hashOf } from "../../lib/audit/canonical.ts";
import { inclusionProof, isIncluded, merkleRoot } from "../../lib/audit/merkle.ts";
import { folderEvidence } from "../../lib/audit/verify/folder-evidence.ts";
import { verifyIntegrity } from "../../lib/audit/verify/integrity.ts";

/** An audit of format version 1, frozen on 2026-11-25: whatever changes, this must hold. */
const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const folder = fileURLToPath(new URL("audit/evidence", import.meta.url));
const options = { now: () => new Date("2026-01-01T00:00:00.000Z"), graceMs: 180_000 };

const verified = async (publicKey: string | undefined) =>
  verifyIntegrity(await folderEvidence(folder, publicKey), options);

describe("the frozen history", () => {
  test("holds, by the public key that the auditor kept; what expired and was erased is counted", async () => {
    const expected = JSON.parse(read("audit/expected.json")) as object;
    expect(await verified(read("audit/auditor.pem"))).toEqual({ ok: true, problems: [], ...expected });
  });

  test("does not hold by another public key", async () => {
    const { ok, problems } = await verified(read("audit/other.pem"));
    expect(ok).toBe(false);
    expect(problems.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["public_key_changed", "checkpoint_forged"]),
    );
  });
});

interface Encoded {
  readonly value: object;
  readonly canonical: string;
  readonly sha256: string;
}

test.each(JSON.parse(read("audit/canonical.json")) as Encoded[])(
  "the frozen encoding $sha256 is unchanged",
  ({ value, canonical, sha256 }) => {
    expect(Buffer.from(canonicalBytes(value)).toString("base64")).toBe(canonical);
    expect(hashOf(value)).toBe(sha256);
  },
);

interface Tree {
  readonly leaves: readonly string[];
  readonly root: string;
  readonly proofs: readonly (readonly string[])[];
}

test.each(JSON.parse(read("audit/merkle.json")) as Tree[])(
  "the frozen tree of $leaves.length leaves has its root and its proofs",
  ({ leaves, root, proofs }) => {
    const bytes = leaves.map((leaf) => Buffer.from(leaf, "hex"));
    expect(merkleRoot(bytes)).toBe(root);
    expect(bytes.map((_, index) => inclusionProof(bytes, index))).toEqual(proofs);
    for (const [index, leaf] of bytes.entries())
      expect(isIncluded(leaf, index, bytes.length, proofs[index] ?? [], root)).toBe(true);
  },
);

test("the Python of docs/audit-format.md is the program that is run against this history", () => {
  const documented = /```python\n(.*?)```/s.exec(read("../../docs/audit-format.md"))?.[1];
  expect(documented).toBeDefined();
  expect(read("verify_audit.py").startsWith(documented ?? "-")).toBe(true);
});
