import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
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

/** A copy of the frozen history that somebody spoiled. */
function spoiled(spoil: (folder: string) => void): string {
  const copy = mkdtempSync(path.join(tmpdir(), "waxseal-evidence-"));
  cpSync(folder, copy, { recursive: true });
  spoil(copy);
  return copy;
}

const invented = (more: object) => (copy: string) => {
  const event = { schemaVersion: 1, recordId: "intake-invented", eventSeq: "000000000001", type: "denied" };
  appendFileSync(path.join(copy, "events.jsonl"), `${JSON.stringify({ ...event, ...more })}\n`);
};
const ahead = (at: string) => (copy: string) => {
  const heads = path.join(copy, "records.jsonl");
  const [one, ...rest] = readFileSync(heads, "utf8").split("\n");
  const head = JSON.parse(one ?? "") as { changeSeq: number };
  writeFileSync(heads, [JSON.stringify({ ...head, changeSeq: head.changeSeq + 7, at }), ...rest].join("\n"));
};
const takenAt = (at: string) => (copy: string) => {
  const about = { schemaVersion: 1, format: "waxseal-audit-evidence", at };
  writeFileSync(path.join(copy, "evidence.json"), JSON.stringify(about));
};
const emptied = (copy: string) => {
  for (const name of ["objects", "events", "records"]) writeFileSync(path.join(copy, `${name}.jsonl`), "");
};
const sealedTwice = (copy: string) => {
  for (const eventSeq of ["000000000001", "000000000002"])
    invented({ type: "key_saved", eventSeq, sealId: "s".repeat(22), at: `2025-06-02T09:00:0${eventSeq.at(-1)}.000Z` })(copy);
};

const first = "checkpoints/0000000001.json";
const attacks: [string, (copy: string) => void, string[]][] = [
  ["nothing spoiled", () => undefined, []],
  ["nothing in it", emptied, [`checkpoint_missing ${first}`]],
  ["a time before what is in it", takenAt("1970-01-01T00:00:00.000Z"), ["evidence_backdated checkpoints/0000000004.json"]],
  ...["2025-06-02T09:00:00.000Z", "2999-01-01T00:00:00.000Z", "soon"].flatMap(
    (at): [string, (copy: string) => void, string[]][] => [
      [`an event invented, of ${at}`, invented({ at }), ["event_not_in_manifest intake-invented/000000000001"]],
      [`a record ahead, since ${at}`, ahead(at), ["record_ahead"]],
    ],
  ),
  ["a seal put back", sealedTwice, ["seal_repeated intake-invented/000000000002"]],
];

describe("evidence with", () => {
  test.each(attacks)("%s", async (_what, spoil, found) => {
    const evidence = await folderEvidence(spoiled(spoil), read("audit/auditor.pem"));
    const { ok, problems } = await verifyIntegrity(evidence, options);
    expect(ok).toBe(found.length === 0);
    const said = problems.map(({ kind, where }) => `${kind} ${where}`);
    for (const one of found) expect(said.some((line) => line.startsWith(one))).toBe(true);
  });

  const hasPython = spawnSync("python3", ["-c", "import cryptography"]).status === 0;

  // Skipped, by its name, where there is no Python with the package that the program needs.
  test.skipIf(!hasPython).each(attacks)("%s, by the documented Python", (_what, spoil, found) => {
    const program = fileURLToPath(new URL("verify_audit.py", import.meta.url));
    const publicKey = fileURLToPath(new URL("audit/auditor.pem", import.meta.url));
    const { status, stdout } = spawnSync("python3", [program, spoiled(spoil), publicKey], { encoding: "utf8" });
    expect([status, stdout.trimEnd().split("\n").at(-1)]).toEqual(
      found.length === 0 ? [0, "holds"] : [1, "DOES NOT HOLD"],
    );
    for (const one of found) expect(stdout).toContain(one);
  });
});
