import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type DynamoDBClientConfig,
} from "@aws-sdk/client-dynamodb";
import { GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import type { Fault } from "../../../local/aws/faults.ts";
import { AwsError } from "../../../local/aws/protocol.ts";
import { clientSettings, nameOfError } from "../../contract/guarantee.ts";
import { emptyStack, kmsKeyResource, tableResource } from "../../contract/stack.ts";

const kmsKey = kmsKeyResource(1);
const stack = { ...emptyStack, kmsKeys: [kmsKey], tables: [tableResource("ProviderKeys")] };
const Item = { owner: { S: "ada" }, slot: { S: "openai/default" } };

let endpoint: AwsEndpoint;
let fault: Fault | undefined;
const asked: string[] = [];
beforeEach(async () => {
  fault = undefined;
  asked.length = 0;
  endpoint = await startAwsEndpoint({
    stack,
    port: 0,
    faults: ({ operation, caller }, service) => {
      asked.push(`${service} ${operation} by ${caller.name}`);
      return fault;
    },
  });
});
afterEach(() => endpoint.close());

const db = (more: DynamoDBClientConfig = {}) =>
  new DynamoDBClient({ ...clientSettings(endpoint.url), ...more });
const put = (client = db()) => client.send(new PutItemCommand({ TableName: "ProviderKeys", Item }));
const stored = async () =>
  (await db().send(new GetItemCommand({ TableName: "ProviderKeys", Key: Item }))).Item;

test("a call may be refused before anything is done", async () => {
  const throttled = new AwsError("ProvisionedThroughputExceededException", "Slow down");
  fault = { error: throttled, when: "before" };
  expect(await nameOfError(put())).toBe("ProvisionedThroughputExceededException");
  fault = { error: new AwsError("ThrottlingException", "Rate exceeded"), when: "before" };
  const generate = new KMSClient(clientSettings(endpoint.url)).send(
    new GenerateDataKeyCommand({ KeyId: kmsKey.arn, KeySpec: "AES_256" }),
  );
  expect(await nameOfError(generate)).toBe("ThrottlingException");
  expect(endpoint.cloudTrailRecords()).toEqual([]);
  fault = undefined;
  expect(await stored()).toBeUndefined();
});

test("a call may be done and its answer lost", async () => {
  fault = { error: new AwsError("InternalServerError", "Lost", { status: 500 }), when: "after" };
  await expect(put()).rejects.toMatchObject({
    name: "InternalServerError",
    $metadata: { httpStatusCode: 500 },
  });
  fault = undefined;
  expect(await stored()).toEqual(Item);
});

test("each attempt of a client is asked about, with caller, service and operation", async () => {
  fault = { error: new AwsError("InternalServerError", "", { status: 500 }), when: "before" };
  await put(db({ maxAttempts: 2 })).catch(() => undefined);
  await new STSClient(clientSettings(endpoint.url))
    .send(new GetCallerIdentityCommand({}))
    .catch(() => undefined);
  const puts = ["dynamodb PutItem by administrator", "dynamodb PutItem by administrator"];
  expect(asked).toEqual([...puts, "sts GetCallerIdentity by administrator"]);
});
