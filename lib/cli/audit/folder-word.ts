import type { Completeness } from "../../witness/completeness.ts";
import type { TrailProblem } from "../../witness/digest-chain.ts";
import { roleUses } from "../../witness/rules.ts";
import type { FolderWitness } from "./folder-witness.ts";

/**
 * What a verdict on a folder takes from its `witness.json`, which nobody signed: whoever could change it could name a
 * stranger's role as the stack's, or no KMS key that matters.
 *
 * @param kept - SHA-256 of it, as the export said; undefined where nobody kept that.
 * @param evidenceAt - ISO 8601, when the evidence says it was begun to be taken: before the trail was.
 */
export function onItsWord(
  judged: Completeness,
  witness: FolderWitness,
  kept: string | undefined,
  evidenceAt = "",
): Completeness {
  const { sha256, takenAt } = witness;
  const problems: TrailProblem[] = [];
  if (kept !== undefined && kept !== sha256)
    problems.push({ kind: "witness_changed", where: "witness.json" });
  // It would let what waits wait for ever.
  if (takenAt.toISOString() < evidenceAt) problems.push({ kind: "witness_backdated", where: "witness.json" });
  return {
    ...judged,
    ok: judged.ok === null ? null : judged.ok && problems.length === 0,
    problems: [...problems, ...judged.problems],
    restsOn: [whoseWord(sha256, kept), ...wordsOf(witness), ...judged.restsOn],
  };
}

function whoseWord(sha256: string, kept: string | undefined): string {
  if (kept === sha256) return `witness.json, which is the one whose SHA-256 was given (${sha256}): it says`;
  const how = "if that is not what the export said (--witness-sha256), nothing below holds";
  return `the folder's own word, which nobody signed: witness.json, SHA-256 ${sha256}; ${how}. It says`;
}

function wordsOf({ rules, graceSeconds, takenAt, filesRead, publicKeys }: FolderWitness): string[] {
  const { stage, kmsKeys, roles, jobRoles, longestInvocationSeconds: longest } = rules;
  return [
    `its word: the stage ${stage}, the KMS keys ${listed(kmsKeys)}`,
    ...roleUses.map((use) => `its word: the ${use} roles ${listed(roles[use])}`),
    ...(jobRoles ? [`its word: jobs' roles among them ${listed(jobRoles)}`] : []),
    `its word: taken at ${takenAt.toISOString()}, a grace time of ${graceSeconds} s, invocations of ${longest} s`,
    `its word: ${filesRead.length} files that the ledger knew, ${publicKeys.length} public keys of CloudTrail`,
  ];
}

function listed(some: readonly string[]): string {
  return some.length === 0 ? "none" : some.join(", ");
}
