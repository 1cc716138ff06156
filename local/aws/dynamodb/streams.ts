/** The DynamoDB Streams API (Amazon DynamoDB Streams API Reference), of the shards of each stream. */
import type { TableResource } from "../../stack.ts";
import { authorise } from "../iam/authorise.ts";
import {
  AwsError,
  isObject,
  unknownOperation,
  type AwsCall,
  type AwsService,
  type JsonObject,
} from "../protocol.ts";
import { shardIds } from "./shards.ts";
import type { StreamLog } from "./stream-log.ts";
import { justBefore, streamArnOf, streamLabel } from "./stream-record.ts";
import { tableNameIn, type Tables } from "./tables.ts";

const maxRecords = 1000;
/** Below every sequence number. */
const beforeAll = "0";

export function streamsService(tables: Tables, log: StreamLog): AwsService {
  const streamOf = (call: AwsCall, streamArn: unknown): TableResource => {
    const action = `dynamodb:${call.operation}`;
    authorise({ caller: call.caller, action, resourceArn: String(streamArn), conditionKeys: {} });
    return tables.byStreamArn(String(streamArn));
  };
  const operations: Readonly<Record<string, (call: AwsCall) => JsonObject>> = {
    ListStreams(call) {
      authorise({ caller: call.caller, action: "dynamodb:ListStreams", resourceArn: "*", conditionKeys: {} });
      const name = call.input["TableName"] === undefined ? undefined : tableNameIn(call.input["TableName"]);
      const listed = tables
        .all()
        .filter((t) => t.streamViewType && (name === undefined || name === t.tableName));
      return { Streams: listed.map(streamNamesOf) };
    },
    DescribeStream: (call) => ({ StreamDescription: describe(streamOf(call, call.input["StreamArn"])) }),
    GetShardIterator(call) {
      const table = streamOf(call, call.input["StreamArn"]);
      const shardId = shardIds.find((one) => one === call.input["ShardId"]);
      if (shardId === undefined) throw new AwsError("ResourceNotFoundException", "There is no such shard");
      const after = startOf(call.input, log);
      return { ShardIterator: iteratorOf({ streamArn: streamArnOf(table.arn), shardId, after }) };
    },
    GetRecords(call) {
      const { streamArn, shardId, after } = readIterator(call.input["ShardIterator"]);
      const table = streamOf(call, streamArn);
      const limit = Math.min(
        typeof call.input["Limit"] === "number" ? call.input["Limit"] : maxRecords,
        maxRecords,
      );
      const records = log.recordsAfter(table.tableName, shardId, after, limit);
      const last = records.at(-1)?.dynamodb.SequenceNumber ?? after;
      return { Records: records, NextShardIterator: iteratorOf({ streamArn, shardId, after: last }) };
    },
  };
  return {
    async call(call) {
      const operation = Object.hasOwn(operations, call.operation) ? operations[call.operation] : undefined;
      if (!operation) throw unknownOperation("DynamoDB Streams", call.operation);
      if (call.operation !== "ListStreams" && call.operation !== "GetRecords") {
        // A table of an earlier run is known once it has been looked up.
        await tables.find(tableNameIn(String(call.input["StreamArn"]).split("/stream/")[0]));
      }
      return operation(call);
    },
  };
}

function streamNamesOf(table: TableResource): JsonObject {
  return { StreamArn: streamArnOf(table.arn), StreamLabel: streamLabel, TableName: table.tableName };
}

function describe(table: TableResource): JsonObject {
  return {
    ...streamNamesOf(table),
    StreamStatus: "ENABLED",
    StreamViewType: table.streamViewType,
    CreationRequestDateTime: Date.parse(`${streamLabel}Z`) / 1000,
    KeySchema: table.keySchema,
    Shards: shardIds.map((shardId) => ({
      ShardId: shardId,
      SequenceNumberRange: { StartingSequenceNumber: beforeAll.padStart(24, "0") },
    })),
  };
}

/** The sequence number after which the iterator begins. */
function startOf(input: JsonObject, log: StreamLog): string {
  const sequence = String(input["SequenceNumber"]);
  switch (input["ShardIteratorType"]) {
    case "TRIM_HORIZON":
      return beforeAll;
    case "LATEST":
      return log.lastSequence();
    case "AFTER_SEQUENCE_NUMBER":
      return sequence;
    case "AT_SEQUENCE_NUMBER":
      return justBefore(sequence);
    default:
      throw new AwsError("ValidationException", "ShardIteratorType is not one of the documented ones");
  }
}

/** Where a reader of a shard is. Iterators do not expire here; AWS's last fifteen minutes. */
interface Iterator {
  readonly streamArn: string;
  readonly shardId: string;
  readonly after: string;
}

function iteratorOf(iterator: Iterator): string {
  return Buffer.from(JSON.stringify(iterator)).toString("base64");
}

function readIterator(iterator: unknown): Iterator {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(String(iterator), "base64").toString("utf8"));
    if (isObject(parsed)) {
      const { streamArn, shardId, after } = parsed;
      return { streamArn: String(streamArn), shardId: String(shardId), after: String(after) };
    }
  } catch {
    // answered below
  }
  throw new AwsError("ValidationException", "Invalid ShardIterator");
}
