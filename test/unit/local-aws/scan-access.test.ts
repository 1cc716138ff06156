/** DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control": scans under a role. */
import {
  DescribeContinuousBackupsCommand,
  DynamoDBClient,
  ScanCommand,
  type ScanCommandInput,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { clientSettings, nameOfError } from "../../contract/guarantee.ts";
import { allow, emptyStack, functionWithRole, tableResource } from "../../contract/stack.ts";

const table = { ...tableResource("ProviderKeys"), pointInTimeRecovery: true };
const { fn, role } = functionWithRole("rewrap", [
  allow(["dynamodb:Scan"], [table.arn], {
    StringEquals: { "dynamodb:Select": ["SPECIFIC_ATTRIBUTES"] },
    "ForAllValues:StringEquals": {
      "dynamodb:Attributes": ["owner", "slot", "wrappedDataKey", "keyMaterialId"],
    },
  }),
  allow(["dynamodb:DescribeContinuousBackups"], [table.arn]),
]);

let endpoint: AwsEndpoint;
let db: DynamoDBClient;
beforeAll(async () => {
  const stack = { ...emptyStack, tables: [table], roles: [role], functions: [fn] };
  endpoint = await startAwsEndpoint({ stack, port: 0 });
  db = new DynamoDBClient(clientSettings(endpoint.url, endpoint.accessKeyIdOf(role.arn)));
});
afterAll(() => endpoint.close());

const ExpressionAttributeNames = { "#o": "owner", "#w": "wrappedDataKey" };
const projected = { ProjectionExpression: "#o, #w", ExpressionAttributeNames };
test.each<[string, Partial<ScanCommandInput>, "succeeded" | "AccessDeniedException"]>([
  ["its attributes", projected, "succeeded"],
  ["its attributes, in segments", { ...projected, Segment: 1, TotalSegments: 4, Limit: 10 }, "succeeded"],
  ["its attributes, asked for as such", { ...projected, Select: "SPECIFIC_ATTRIBUTES" }, "succeeded"],
  [
    "a page after another",
    { ...projected, ExclusiveStartKey: { owner: { S: "a" }, slot: { S: "b" } } },
    "succeeded",
  ],
  [
    "a filter on one of them",
    {
      ...projected,
      FilterExpression: "#m <> :m",
      ExpressionAttributeNames: { ...ExpressionAttributeNames, "#m": "keyMaterialId" },
      ExpressionAttributeValues: { ":m": { S: "m" } },
    },
    "succeeded",
  ],
  ["everything", {}, "AccessDeniedException"],
  ["the count alone", { Select: "COUNT" }, "AccessDeniedException"],
  ["one attribute more", { ProjectionExpression: "slot, ciphertext" }, "AccessDeniedException"],
  [
    "one attribute more in the filter",
    { ...projected, FilterExpression: "attribute_exists(ciphertext)" },
    "AccessDeniedException",
  ],
])("a role that may scan named attributes asks for %s", async (_name, rest, outcome) => {
  const call = db.send(new ScanCommand({ TableName: table.tableName, ...rest }));
  expect(await nameOfError(call)).toBe(outcome);
});

test("point-in-time recovery is as the template has it", async () => {
  const { ContinuousBackupsDescription } = await db.send(
    new DescribeContinuousBackupsCommand({ TableName: table.tableName }),
  );
  expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({
    PointInTimeRecoveryStatus: "ENABLED",
  });
});
