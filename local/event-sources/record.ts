/** What a function gets (Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB", "Example event"). */
import type { StreamRecord } from "../aws/dynamodb/stream-record.ts";

/** A record as Lambda delivers it, and what of it the mapping needs. */
export interface DeliveredRecord {
  readonly sequence: string;
  /** Epoch seconds. */
  readonly at: number;
  readonly bytes: number;
  /** The same for all changes of one item. */
  readonly item: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** What a record takes beside its images. */
const envelopeBytes = 1024;

export function deliveredRecord(record: StreamRecord, streamArn: string): DeliveredRecord {
  const { userIdentity, ...others } = record;
  const { SequenceNumber, ApproximateCreationDateTime, SizeBytes, Keys } = record.dynamodb;
  return {
    sequence: SequenceNumber,
    at: ApproximateCreationDateTime,
    bytes: SizeBytes + envelopeBytes,
    item: JSON.stringify(Keys),
    event: {
      ...others,
      // Lower case here, unlike GetRecords (DynamoDB Developer Guide, "DynamoDB Streams and Time to Live").
      ...(userIdentity && {
        userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId },
      }),
      eventSourceARN: streamArn,
    },
  };
}
