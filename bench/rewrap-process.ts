/**
 * One run in a process of its own, so that its memory is its alone: `job`, the command's rewrap whole; `bare`, the
 * floor: a loop of the same two AWS calls at the same concurrency, with no job, pace, condition or check around them.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient, ReEncryptCommand } from "@aws-sdk/client-kms";
import { DynamoDBDocumentClient, ScanCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import { rewrap } from "../lib/cli/rewrap.ts";
import { Session, type Cli } from "../lib/cli/session.ts";
import { encryptionContextOf } from "../lib/provider-keys/encryption-context.ts";

/** Segments, and records of each at once: what the command has by default. */
const SEGMENTS = 4;
const AT_ONCE = 8;

export interface Measured {
  readonly records: number;
  readonly seconds: number;
  /** The highest that the process ever had in memory, in MB. */
  readonly peakMegabytes: number;
  /** After the run and a collection, in MB. */
  readonly heapMegabytes: number;
}

interface Facts {
  readonly table: string;
  readonly encryptionKeyId: string;
  readonly endpoint: string;
  /** Of the administrator, for the table, and of the rewrap role, which alone KMS lets. */
  readonly accessKeyId: string;
  readonly roleAccessKeyId: string;
}

async function job(): Promise<number> {
  const silent = { answer: () => undefined, say: () => undefined, progress: () => undefined };
  const signal = new AbortController().signal;
  const cli: Cli = { terminal: silent, environment: process.env, stdin: process.stdin, signal, exitCode: 0 };
  const session = await Session.open(cli, "local");
  const options = { dryRun: false, segments: SEGMENTS, share: 90, failures: undefined };
  const { counts } = await rewrap(cli, session, options);
  return counts["rewrapped"] ?? 0;
}

async function bare({ table, encryptionKeyId, endpoint, ...ids }: Facts): Promise<number> {
  const config = (accessKeyId: string) => ({
    region: "us-east-1",
    endpoint,
    credentials: { accessKeyId, secretAccessKey: "local" },
    maxAttempts: 1,
  });
  const kms = new KMSClient(config(ids.roleAccessKeyId));
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(config(ids.accessKeyId)));
  const counts = await Promise.all(
    Array.from({ length: SEGMENTS }, (_none, segment) =>
      bareSegment({ dynamo, kms, table, encryptionKeyId }, segment),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

interface Clients {
  readonly dynamo: DynamoDBDocumentClient;
  readonly kms: KMSClient;
  readonly table: string;
  readonly encryptionKeyId: string;
}

async function bareSegment(clients: Clients, segment: number): Promise<number> {
  const names = [
    "ownerId",
    "slot",
    "lastChange",
    "state",
    "cipherSuite",
    "sealId",
    "wrappedDataKey",
    "encryptionKeyId",
    "keyMaterialId",
  ];
  const aliases = Object.fromEntries(names.map((name) => [`#${name}`, name]));
  let start: Record<string, unknown> | undefined;
  let count = 0;
  do {
    const scan = new ScanCommand({
      TableName: clients.table,
      Segment: segment,
      TotalSegments: SEGMENTS,
      Limit: 100,
      Select: "SPECIFIC_ATTRIBUTES",
      ProjectionExpression: Object.keys(aliases).join(", "),
      ExpressionAttributeNames: aliases,
      ConsistentRead: true,
      ExclusiveStartKey: start,
    });
    const { Items = [], LastEvaluatedKey } = await clients.dynamo.send(scan);
    await pMap(Items, (item) => bareRecord(clients, item), { concurrency: AT_ONCE });
    count += Items.length;
    start = LastEvaluatedKey;
  } while (start);
  return count;
}

async function bareRecord(
  { dynamo, kms, table, encryptionKeyId }: Clients,
  item: Record<string, unknown>,
): Promise<void> {
  const [ownerId, slot] = [String(item["ownerId"]), String(item["slot"])];
  const context = encryptionContextOf("local", ownerId, slot);
  const { CiphertextBlob, DestinationKeyMaterialId } = await kms.send(
    new ReEncryptCommand({
      CiphertextBlob: item["wrappedDataKey"] as Uint8Array,
      SourceEncryptionContext: context,
      DestinationKeyId: encryptionKeyId,
      DestinationEncryptionContext: context,
    }),
  );
  await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: { ownerId, slot },
      UpdateExpression: "SET #w = :w, #m = :m",
      ExpressionAttributeNames: { "#w": "wrappedDataKey", "#m": "keyMaterialId" },
      ExpressionAttributeValues: { ":w": CiphertextBlob, ":m": DestinationKeyMaterialId },
      ReturnValues: "NONE",
    }),
  );
}

const [kind, facts = "{}"] = process.argv.slice(2);
const began = performance.now();
const records = kind === "job" ? await job() : await bare(JSON.parse(facts) as Facts);
const seconds = (performance.now() - began) / 1000;
globalThis.gc?.();
const measured: Measured = {
  records,
  seconds,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
  heapMegabytes: process.memoryUsage().heapUsed / 2 ** 20,
};
process.stdout.write(JSON.stringify(measured));
