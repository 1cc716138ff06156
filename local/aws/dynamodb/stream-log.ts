/**
 * The stream of each table that has one (DynamoDB Developer Guide, "Change data capture for DynamoDB
 * Streams"): a few shards, 24 hours. Without a file it is in memory, and a restart begins it anew, with higher
 * sequence numbers.
 */
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { localRegion, type TableResource } from "../../stack.ts";
import type { JsonObject } from "../protocol.ts";
import { primaryKeyOf, type WireItem } from "./items.ts";
import { shardOf } from "./shards.ts";
import type { StreamFile } from "./stream-file.ts";
import { retentionMs, sequenceText, type StreamEntry, type StreamRecord } from "./stream-record.ts";

/** GetRecords: "a maximum of 1 MB of data or 1000 stream records, whichever comes first". */
const maxAnswerBytes = 1024 * 1024;

export class StreamLog {
  /** By shard, oldest first. */
  readonly #entries = new Map<string, StreamEntry[]>();
  readonly #listeners = new Set<(tableName: string, shardId: string) => void>();
  readonly #now: () => Date;
  readonly #file: StreamFile | undefined;
  #lastSequence: bigint;

  constructor(now: () => Date, file?: StreamFile) {
    this.#now = now;
    this.#file = file;
    this.#lastSequence = BigInt(now().getTime()) * 1_000_000n;
    const oldest = now().getTime() - retentionMs;
    for (const entry of file?.load(({ at }) => at > oldest) ?? []) {
      this.#keep(entry);
      const sequence = BigInt(entry.record.dynamodb.SequenceNumber);
      if (sequence > this.#lastSequence) this.#lastSequence = sequence;
    }
  }

  /** Called after each record that is added; returns what ends that. */
  onRecord(listener: (tableName: string, shardId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Notes one change of one item; one that changed nothing makes no record. */
  add(
    table: TableResource,
    before: WireItem | undefined,
    after: WireItem | undefined,
    byTimeToLive = false,
  ): void {
    if (!table.streamViewType || isDeepStrictEqual(before, after)) return;
    const at = this.#now().getTime();
    this.#lastSequence += 1n;
    const primaryKey = primaryKeyOf(table, after ?? before) ?? {};
    const data = {
      ApproximateCreationDateTime: Math.floor(at / 1000),
      Keys: primaryKey,
      ...imagesOf(table.streamViewType, before, after),
      SequenceNumber: this.lastSequence(),
      SizeBytes: Buffer.byteLength(JSON.stringify([before, after])),
      StreamViewType: table.streamViewType,
    };
    const record: StreamRecord = {
      eventID: randomBytes(16).toString("hex"),
      eventName: before === undefined ? "INSERT" : after === undefined ? "REMOVE" : "MODIFY",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: localRegion,
      dynamodb: data,
      ...(byTimeToLive ? { userIdentity: { PrincipalId: "dynamodb.amazonaws.com", Type: "Service" } } : {}),
    };
    const { tableName } = table;
    const entry = { tableName, shardId: shardOf(table, primaryKey), at, record };
    this.#keep(entry);
    if (this.#file?.add(entry)) this.#file.trim([...this.#entries.values()].flat());
    for (const listener of this.#listeners) listener(tableName, entry.shardId);
  }

  #keep(entry: StreamEntry): void {
    const name = shardName(entry.tableName, entry.shardId);
    const entries = this.#entries.get(name) ?? [];
    const kept = entries.findIndex(({ at }) => at > entry.at - retentionMs);
    if (kept !== 0) entries.splice(0, kept < 0 ? entries.length : kept);
    entries.push(entry);
    this.#entries.set(name, entries);
  }

  /** Records with a sequence number above `after` (21 digits or more, compared as text), oldest first. */
  recordsAfter(tableName: string, shardId: string, after: string, limit: number): StreamRecord[] {
    const entries = this.#entries.get(shardName(tableName, shardId)) ?? [];
    const found: StreamRecord[] = [];
    let bytes = 0;
    for (let index = firstAfter(entries, after); index < entries.length && found.length < limit; index++) {
      const { record } = entries[index] as StreamEntry;
      bytes += record.dynamodb.SizeBytes;
      if (found.length > 0 && bytes > maxAnswerBytes) break;
      found.push(record);
    }
    return found;
  }

  /** The highest that was given out, whichever shard it is in. */
  lastSequence(): string {
    return sequenceText(this.#lastSequence);
  }
}

function shardName(tableName: string, shardId: string): string {
  return `${tableName}/${shardId}`;
}

/** By bisection: a reader that lags may have tens of thousands before it. */
function firstAfter(entries: readonly StreamEntry[], after: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const sequence = (entries[middle] as StreamEntry).record.dynamodb.SequenceNumber;
    if (sequence <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function imagesOf(view: string, before: WireItem | undefined, after: WireItem | undefined): JsonObject {
  const newImage = view === "NEW_IMAGE" || view === "NEW_AND_OLD_IMAGES";
  const oldImage = view === "OLD_IMAGE" || view === "NEW_AND_OLD_IMAGES";
  return {
    ...(newImage && after ? { NewImage: after } : {}),
    ...(oldImage && before ? { OldImage: before } : {}),
  };
}
