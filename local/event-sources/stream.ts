/** Reads a stream by its API, under the function's role as it is deployed now. */
import { randomUUID } from "node:crypto";
import type { StreamRecord } from "../aws/dynamodb/stream-record.ts";
import type { JsonObject } from "../aws/protocol.ts";
import type { EventSourceMappingResource } from "../stack.ts";
import type { MappingServices } from "./services.ts";

/** @throws AwsError where the role may not, or the stream is gone. */
export async function recordsAfter(
  services: Pick<MappingServices, "callerOf" | "streams">,
  mapping: EventSourceMappingResource,
  shardId: string,
  after: string,
): Promise<readonly StreamRecord[]> {
  const position = { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: after };
  const start = { StreamArn: mapping.streamArn, ShardId: shardId, ...position };
  const { ShardIterator } = await call("GetShardIterator", start);
  const { Records } = await call("GetRecords", { ShardIterator });
  return Records as readonly StreamRecord[];

  function call(operation: string, input: JsonObject): Promise<JsonObject> {
    return services.streams.service.call({
      caller: services.callerOf(mapping),
      operation,
      input,
      requestId: randomUUID(),
      userAgent: "lambda.amazonaws.com",
      sourceIpAddress: "lambda.amazonaws.com",
    });
  }
}
