/**
 * The stream of each table that has one (DynamoDB Developer Guide, "Change data capture for DynamoDB
 * Streams"): one shard, in memory, 24 hours. A restart begins it anew, with higher sequence numbers.
 */
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { localRegion, type TableResource } from "../../stack.ts";
import type { JsonObject } from "../protocol.ts";
import { primaryKeyOf, type WireItem } from "./items.ts";

/** As GetRecords answers it. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
  readonly eventVersion: string;
  readonly eventSource: "aws:dynamodb";
  readonly awsRegion: string;
  readonly dynamodb: JsonObject & { readonly SequenceNumber: string };
  readonly userIdentity?: { readonly PrincipalId: string; readonly Type: string };
}

const retentionMs = 24 * 3_600_000;

/** Fixed, so that a stream has one ARN in every run; AWS's label is the time it was switched on. */
export const streamLabel = "2026-01-01T00:00:00.000";

export function streamArnOf(tableArn: string): string {
  return `${tableArn}/stream/${streamLabel}`;
}

interface Entry {
  readonly at: number;
  readonly record: StreamRecord;
}

export class StreamLog {
  readonly #entries = new Map<string, Entry[]>();
  readonly #now: () => Date;
  #lastSequence: bigint;

  constructor(now: () => Date) {
    this.#now = now;
    this.#lastSequence = BigInt(now().getTime()) * 1_000_000n;
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
    const data = {
      ApproximateCreationDateTime: Math.floor(at / 1000),
      Keys: primaryKeyOf(table, after ?? before) ?? {},
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
    const entries = this.#entries.get(table.tableName) ?? [];
    while (entries[0] && entries[0].at <= at - retentionMs) entries.shift();
    entries.push({ at, record });
    this.#entries.set(table.tableName, entries);
  }

  /** Records with a sequence number above `after` (21 digits or more, compared as text), oldest first. */
  recordsAfter(tableName: string, after: string, limit: number): StreamRecord[] {
    const entries = this.#entries.get(tableName) ?? [];
    // From the end: who follows a stream has seen all but the last few.
    const from = entries.findLastIndex(({ record }) => record.dynamodb.SequenceNumber <= after) + 1;
    return entries.slice(from, from + limit).map(({ record }) => record);
  }

  lastSequence(): string {
    return this.#lastSequence.toString().padStart(24, "0");
  }
}

function imagesOf(view: string, before: WireItem | undefined, after: WireItem | undefined): JsonObject {
  const newImage = view === "NEW_IMAGE" || view === "NEW_AND_OLD_IMAGES";
  const oldImage = view === "OLD_IMAGE" || view === "NEW_AND_OLD_IMAGES";
  return {
    ...(newImage && after ? { NewImage: after } : {}),
    ...(oldImage && before ? { OldImage: before } : {}),
  };
}
