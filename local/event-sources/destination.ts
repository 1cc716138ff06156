/** What is given up goes to a bucket (Lambda Developer Guide, "Example Amazon S3 invocation record"). */
import { randomUUID } from "node:crypto";
import type { EventSourceMappingResource } from "../stack.ts";
import type { Discarded } from "./batch.ts";
import type { DeliveredRecord } from "./record.ts";

export interface DiscardedObject {
  readonly name: string;
  readonly body: string;
}

export function discardedObject(
  { uuid, functionArn, streamArn }: EventSourceMappingResource,
  shardId: string,
  { records, reason, invocations, isError }: Discarded,
  at: Date,
): DiscardedObject {
  const [first, last] = [records[0], records.at(-1)];
  const record = {
    requestContext: {
      requestId: randomUUID(),
      functionArn,
      condition: reason,
      approximateInvokeCount: invocations,
    },
    responseContext: {
      statusCode: 200,
      executedVersion: "$LATEST",
      ...(isError && { functionError: "Unhandled" }),
    },
    version: "1.0",
    timestamp: at.toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first?.sequence,
      endSequenceNumber: last?.sequence,
      approximateArrivalOfFirstRecord: arrivalOf(first),
      approximateArrivalOfLastRecord: arrivalOf(last),
      batchSize: records.length,
      streamArn,
    },
    payload: JSON.stringify({ Records: records.map(({ event }) => event) }),
  };
  return { name: nameOf(uuid, shardId, at), body: JSON.stringify(record) };
}

/** `aws/lambda/<ESM-UUID>/<shardID>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<Random UUID>` */
function nameOf(uuid: string, shardId: string, at: Date): string {
  const seconds = at.toISOString().slice(0, 19).replaceAll(":", ".");
  const day = seconds.slice(0, 10).replaceAll("-", "/");
  return `aws/lambda/${uuid}/${shardId}/${day}/${seconds}-${randomUUID()}`;
}

function arrivalOf(record: DeliveredRecord | undefined): string | undefined {
  return record && new Date(record.at * 1000).toISOString().replace(".000Z", "Z");
}
