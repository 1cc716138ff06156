import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, type UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { claimForJob } from "../../../lib/jobs/claim.ts";
import type { DynamoSender } from "../../../lib/provider-keys/write-record.ts";
import { emptyStack, tableResource } from "../../contract/stack.ts";

const table = "ProviderKeys";
const address = { ownerId: "owner", slot: "openai/default" };
const change = {
  operation: "import_verify",
  actor: "operator",
  caller: "waxseal import",
  requestId: "import-job",
  useId: "use-1",
  at: "2026-11-25T00:00:00.000Z",
} as const;
const record = {
  ...address,
  sealId: "seal-1",
  state: "active",
  changeSeq: 1,
  useCount: 7,
  lastChange: { operation: "save", requestId: "r" },
};
const retry = { maxAttempts: 4, longestDelayMs: 1, wait: () => Promise.resolve() };

const keyedTable = {
  ...tableResource(table),
  keySchema: [
    { AttributeName: "ownerId", KeyType: "HASH" as const },
    { AttributeName: "slot", KeyType: "RANGE" as const },
  ],
  attributeDefinitions: [
    { AttributeName: "ownerId", AttributeType: "S" as const },
    { AttributeName: "slot", AttributeType: "S" as const },
  ],
};

let endpoint: AwsEndpoint;
let dynamo: DynamoDBDocumentClient;

beforeAll(async () => {
  endpoint = await startAwsEndpoint({
    stack: { ...emptyStack, tables: [keyedTable] },
    port: 0,
  });
  const credentials = { accessKeyId: "AKIAADMINISTRATOR", secretAccessKey: "local" };
  const config = { region: "us-east-1", endpoint: endpoint.url, credentials, maxAttempts: 1 };
  dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(config));
});
afterAll(() => endpoint.close());
beforeEach(() => put(record));

function put(item: Record<string, unknown>) {
  return dynamo.send(new PutCommand({ TableName: table, Item: item }));
}

async function stored() {
  const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: address }));
  return Item;
}

/** Carries every call out, and loses the first answers. */
function losing(answers: number): DynamoSender {
  let lost = 0;
  const send = async (command: never) => {
    const answer: unknown = await dynamo.send(command);
    if (lost++ < answers) throw Object.assign(new Error("lost"), { name: "TimeoutError" });
    return answer;
  };
  return { send: send as DynamoSender["send"] };
}

test("a job's claim leaves its trace, counts no use, and returns the record", async () => {
  const claimed = await claimForJob({ dynamo, table }, address, change, { retry });
  expect(claimed).toEqual({ ...record, changeSeq: 2, lastChange: change });
  expect(await stored()).toEqual(claimed);
});

test("a disabled record is claimed, a removed one and none at all are not", async () => {
  await put({ ...record, state: "disabled" });
  expect(await claimForJob({ dynamo, table }, address, change, { retry })).toBeDefined();
  const tombstone = { ...record, state: "removed" };
  await put(tombstone);
  expect(await claimForJob({ dynamo, table }, address, change, { retry })).toBeUndefined();
  expect(await stored()).toEqual(tombstone);
  const elsewhere = { ...address, slot: "google/default" };
  expect(await claimForJob({ dynamo, table }, elsewhere, change, { retry })).toBeUndefined();
});

test("another seal than the one that was asked for is not claimed", async () => {
  const options = { retry, sealId: "seal-0" };
  expect(await claimForJob({ dynamo, table }, address, change, options)).toBeUndefined();
  expect(await stored()).toEqual(record);
  expect(await claimForJob({ dynamo, table }, address, change, { retry, sealId: "seal-1" })).toBeDefined();
});

test("a claim whose answer was lost is one claim, and returns the record all the same", async () => {
  const sent: UpdateCommand[] = [];
  const Item = marshall({ ...record, changeSeq: 2, lastChange: change });
  // As DynamoDB answers; dynalite does not compare maps, so that it would claim twice.
  const send = async (command: UpdateCommand) => {
    sent.push(command);
    if (sent.length === 1) throw Object.assign(new Error("lost"), { name: "TimeoutError" });
    throw new ConditionalCheckFailedException({ message: "", $metadata: {}, Item });
  };
  const at = { dynamo: { send } as unknown as DynamoSender, table };
  const claimed = await claimForJob(at, address, change, { retry });
  expect(claimed).toEqual({ ...record, changeSeq: 2, lastChange: change });
  expect(sent[1]?.input.ConditionExpression).toContain("#lastChange <> :lastChange");
});

test("a claim that fails again and again is an error, so that nothing is decrypted", async () => {
  const claim = claimForJob({ dynamo: losing(9), table }, address, change, { retry });
  await expect(claim).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
});
