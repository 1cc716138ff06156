/** The floor of `bench/audit.ts`: events from standard input, put with nothing around them. Prints the seconds. */
import { text } from "node:stream/consumers";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";

/** As many as the recorder's four lanes of a shard have, of one batch each. */
const AT_ONCE = 100;

const [table = "", endpoint = ""] = process.argv.slice(2);
const events = JSON.parse(await text(process.stdin)) as Record<string, unknown>[];
const credentials = { accessKeyId: "AKIAADMINISTRATOR", secretAccessKey: "local" };
const config = { region: "us-east-1", endpoint, credentials, maxAttempts: 1 };
const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(config));
const began = performance.now();
const put = (event: Record<string, unknown>) =>
  dynamo.send(new PutCommand({ TableName: table, Item: event }));
await pMap(events, put, { concurrency: AT_ONCE });
process.stdout.write(String((performance.now() - began) / 1000));
