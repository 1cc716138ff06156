import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { keyAttributes, saveAttributes } from "../attributes.ts";
import { isWaxsealError, type ErrorCode } from "../errors.ts";
import type { Change } from "../provider-keys/change.ts";
import { parseSealed, parseStatusRecord } from "../provider-keys/record.ts";
import { isTransient, storeError } from "../provider-keys/store-failures.ts";
import type { DynamoSender, RawRecord, RecordAddress } from "../provider-keys/write-record.ts";
import { patientRetry, withRetry, type RetryPolicy } from "../retry.ts";
import { putBack } from "./put-back.ts";

export interface RestorePorts {
  readonly dynamo: DynamoSender;
  readonly table: string;
  /** What restores, as the audit names it, and by which id. */
  readonly caller: string;
  readonly restoreId: string;
  readonly now: () => Date;
  /** 128 random bits as text. */
  readonly newId: () => string;
  /** Also over a record that does not parse, of the same seal or an older one. */
  readonly replaceDamaged: boolean;
  /** ARNs of the KMS keys that open now: a record of any other would be back and not open. */
  readonly openingKeyIds: ReadonlySet<string>;
  /** Only says what would be done. */
  readonly dryRun: boolean;
  readonly retry?: RetryPolicy;
}

export type RestoreOutcome =
  /**
   * `there`: the table has it, or something newer. `removedSince`: a tombstone says so. `wasRemoved`: it was one in the
   * export already.
   */
  | { readonly outcome: "restored" | "there" | "removedSince" | "wasRemoved" }
  | { readonly outcome: "failed"; readonly reason: ErrorCode | "RECORD_MALFORMED" };

/**
 * Puts back one record of a sealed export, if the table does not have it. What the table has wins, a tombstone above
 * all; between look and write too.
 *
 * Failures are outcomes, not exceptions.
 */
export async function restoreRecord(ports: RestorePorts, exported: RawRecord): Promise<RestoreOutcome> {
  try {
    return await restored(ports, exported);
  } catch (error) {
    return { outcome: "failed", reason: isWaxsealError(error) ? error.code : "INTERNAL" };
  }
}

async function restored(ports: RestorePorts, exported: RawRecord): Promise<RestoreOutcome> {
  if (exported["state"] === "removed") return { outcome: "wasRemoved" };
  const address = restorableAddress(exported);
  if (!address) return { outcome: "failed", reason: "RECORD_MALFORMED" };
  const stored = await storedRecord(ports, address);
  const why = whyNot(ports, exported, stored);
  if (why) return { outcome: why };
  if (!ports.openingKeyIds.has(String(exported["encryptionKeyId"])))
    return { outcome: "failed", reason: "ENCRYPTION_KEY_UNAVAILABLE" };
  if (ports.dryRun) return { outcome: "restored" };
  const change = changeOf(ports);
  const recordId = ports.newId();
  if (await putBack(ports, address, withoutAddress(exported), stored, change, recordId))
    return { outcome: "restored" };
  const now = await storedRecord(ports, address);
  // Our own write, whose answer was lost.
  if (isOurs(now, change)) return { outcome: "restored" };
  return { outcome: whyNot(ports, exported, now) ?? "there" };
}

/** A whole record, of ours: nothing else is written into the table. */
function restorableAddress(exported: RawRecord): RecordAddress | undefined {
  const isKnown = (name: string) => (saveAttributes as readonly string[]).includes(name);
  const status = parseStatusRecord(exported);
  const isWhole =
    parseSealed(exported) && Number.isInteger(exported["changeSeq"]) && Object.keys(exported).every(isKnown);
  return status && isWhole ? { ownerId: status.ownerId, slot: status.slot } : undefined;
}

function whyNot(
  { replaceDamaged }: RestorePorts,
  exported: RawRecord,
  stored: RawRecord | undefined,
): "there" | "removedSince" | undefined {
  if (!stored) return undefined;
  if (stored["state"] === "removed") return "removedSince";
  const isWhole = parseStatusRecord(stored) && parseSealed(stored);
  return replaceDamaged && !isWhole && !isNewer(stored, exported) ? undefined : "there";
}

/** Another seal, after more changes: what was saved since is not undone, damaged as it is. */
function isNewer(stored: RawRecord, exported: RawRecord): boolean {
  if (stored["sealId"] === exported["sealId"]) return false;
  const { changeSeq } = stored;
  return typeof changeSeq !== "number" || changeSeq > Number(exported["changeSeq"]);
}

async function storedRecord(ports: RestorePorts, address: RecordAddress): Promise<RawRecord | undefined> {
  const command = new GetCommand({ TableName: ports.table, Key: { ...address }, ConsistentRead: true });
  const { Item } = await withRetry(
    () => ports.dynamo.send(command),
    isTransient,
    ports.retry ?? patientRetry,
  ).catch((error: unknown) => {
    throw storeError("GetItem", error);
  });
  return Item;
}

function changeOf({ caller, restoreId, now }: RestorePorts): Change {
  const at = now().toISOString();
  return { operation: "restore", actor: "operator", caller, requestId: restoreId, at };
}

/** Without the time of a tombstone either: on a record that is active TTL would take it away again. */
function withoutAddress(exported: RawRecord): RawRecord {
  const names: readonly string[] = [...keyAttributes, "purgeAt"];
  return Object.fromEntries(Object.entries(exported).filter(([name]) => !names.includes(name)));
}

function isOurs(stored: RawRecord | undefined, change: Change): boolean {
  const last = (stored?.["lastChange"] ?? {}) as Partial<Change>;
  return last.operation === "restore" && last.requestId === change.requestId;
}
