import type { DeliveredRecord } from "../../../local/event-sources/record.ts";
import type { EventSourceMappingResource } from "../../../local/stack.ts";
import { tableResource } from "../../contract/stack.ts";
import { streamArnOf } from "../../../local/aws/dynamodb/stream-record.ts";

export const table = tableResource("ProviderKeys");

/** With AWS's defaults (CloudFormation, "AWS::Lambda::EventSourceMapping"). */
export function mappingResource(
  settings: Partial<EventSourceMappingResource> = {},
): EventSourceMappingResource {
  return {
    logicalId: "Mapping",
    uuid: "01234567-89ab-8def-8123-456789abcdef",
    streamArn: streamArnOf(table.arn),
    functionArn: "arn:aws:lambda:us-east-1:111122223333:function:test-toy",
    batchSize: 100,
    batchingWindowSeconds: 0,
    startingPosition: "TRIM_HORIZON",
    parallelizationFactor: 1,
    bisectsOnError: false,
    maxRetries: -1,
    maxRecordAgeSeconds: -1,
    reportsItemFailures: false,
    ...settings,
  };
}

/** Number `n` of the stream, of second `n`. */
export function recordOf(n: number): DeliveredRecord {
  const sequence = String(n);
  return { sequence, at: n, bytes: 100, item: sequence, event: { dynamodb: { SequenceNumber: sequence } } };
}
