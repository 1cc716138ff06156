import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { StreamEntry } from "../lib/audit/change-of-record.ts";
import { composeRecorder } from "../lib/audit/compose-recorder.ts";
import { recordBatch } from "../lib/audit/record-batch.ts";

let composed: ReturnType<typeof composeRecorder> | undefined;

/** Records what a batch of a table's stream shows; what could not be recorded is delivered again. */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  const recorder = (composed ??= composeRecorder(process.env));
  const [first] = event.Records;
  const source = recorder.sourceOf(tableOf(first?.eventSourceARN));
  if (!source) throw new Error("a stream of no table that is audited");
  const failed = await recordBatch(recorder.portsFor(source), event.Records.map(entryOf));
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** `arn:aws:dynamodb:<region>:<account>:table/<name>/stream/<label>` */
function tableOf(streamArn = ""): string {
  return streamArn.split("/")[1] ?? "";
}

function entryOf({ eventName = "MODIFY", dynamodb = {}, userIdentity }: DynamoDBRecord): StreamEntry {
  const { SequenceNumber = "", ApproximateCreationDateTime = 0, Keys = {}, OldImage, NewImage } = dynamodb;
  return {
    eventName,
    sequenceNumber: SequenceNumber,
    at: new Date(ApproximateCreationDateTime * 1000).toISOString(),
    keys: Keys,
    before: OldImage,
    after: NewImage,
    byTimeToLive:
      (userIdentity as { principalId?: string } | undefined)?.principalId === "dynamodb.amazonaws.com",
  };
}
