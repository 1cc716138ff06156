/** What a stream holds, and how it is named. */
import type { JsonObject } from "../protocol.ts";
import type { WireItem } from "./items.ts";

/** As GetRecords answers it. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
  readonly eventVersion: string;
  readonly eventSource: "aws:dynamodb";
  readonly awsRegion: string;
  readonly dynamodb: StreamRecordData;
  readonly userIdentity?: { readonly PrincipalId: string; readonly Type: string };
}

export type StreamRecordData = JsonObject & {
  readonly SequenceNumber: string;
  readonly SizeBytes: number;
  /** Whole seconds since the epoch. */
  readonly ApproximateCreationDateTime: number;
  readonly Keys: WireItem;
};

/** A record and where it is. */
export interface StreamEntry {
  readonly tableName: string;
  readonly shardId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly record: StreamRecord;
}

export const retentionMs = 24 * 3_600_000;

/** Fixed, so that a stream has one ARN in every run; AWS's label is the time it was switched on. */
export const streamLabel = "2026-01-01T00:00:00.000";

export function streamArnOf(tableArn: string): string {
  return `${tableArn}/stream/${streamLabel}`;
}

/** So many digits that sequence numbers can be compared as text. */
export function sequenceText(sequence: bigint): string {
  return sequence.toString().padStart(24, "0");
}

/** The one after which a reader finds the record of this number first. */
export function justBefore(sequence: string): string {
  return sequenceText(BigInt(sequence) - 1n);
}
