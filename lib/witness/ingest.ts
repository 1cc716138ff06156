import { atOnce } from "./at-once.ts";
import { kmsCallOf } from "./call.ts";
import { controlPlaneChangeOf, type ControlPlane } from "./control-plane.ts";
import { takeCall, type JudgePorts } from "./judge.ts";
import type { LedgerEntry } from "./ledger-entry.ts";
import type { FileRead } from "./ledger.ts";
import type { Report } from "./report.ts";
import { concernsUs } from "./rules.ts";
import { readTrailFile } from "./trail-file.ts";
import type { TrailSource } from "./trail-source.ts";

export interface IngestPorts extends JudgePorts {
  readonly report: Report;
  readonly watched: ControlPlane;
  /** Called with each entry that waits for something to explain it. */
  readonly pending: (entry: LedgerEntry) => void;
}

/** Some DynamoDB calls each: enough for two thousand a second. */
const CALLS_AT_ONCE = 32;

/**
 * One record of CloudTrail, wherever it came from: a call of KMS is entered and judged, a change of the control plane
 * reported, everything else left.
 *
 * @returns whether it was a call of KMS that concerns the stack.
 */
export async function ingestRecord(ports: IngestPorts, record: unknown): Promise<boolean> {
  const call = kmsCallOf(record);
  if (call) {
    if (!concernsUs(call, ports.rules)) return false;
    const entry = await takeCall(ports, call);
    if (entry.status === "pending") ports.pending(entry);
    return true;
  }
  const change = controlPlaneChangeOf(record, ports.watched);
  if (change) await ports.report.changed(change);
  return false;
}

/**
 * A log file, whole; then it is noted as read. A file that fails in between is read again from its beginning, which
 * changes nothing of what was entered.
 *
 * @returns undefined where it is not there (any more).
 */
export async function ingestFile(
  ports: IngestPorts,
  source: TrailSource,
  name: string,
): Promise<FileRead | undefined> {
  const content = await source.open(name);
  if (!content) return undefined;
  const tasks = atOnce(CALLS_AT_ONCE);
  let calls = 0;
  const take = (record: unknown) =>
    tasks.start(async () => {
      if (await ingestRecord(ports, record)) calls += 1;
    });
  const read = await readTrailFile(content.body, take, mayConcernUs);
  await tasks.end();
  const file: FileRead = { name, ...read, calls, readAt: ports.now().toISOString() };
  if (file.problem !== undefined) ports.report.malformed(file);
  await ports.ledger.noteFile(file);
  return file;
}

/** A trail has every management event of the account; most need not even be parsed. */
function mayConcernUs(text: string): boolean {
  return /(kms|cloudtrail|s3)\.amazonaws\.com/.test(text);
}
