import { request as httpRequest } from "node:http";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { localAccountId, type LocalStack } from "../../../local/stack.ts";
import { clientSettings } from "../../contract/guarantee.ts";
import {
  allow,
  emptyStack,
  functionWithRole,
  kmsKeyResource,
  roleArnOf,
  tableResource,
} from "../../contract/stack.ts";

const table = tableResource("ProviderKeys");
const list = functionWithRole("list", [
  allow(["dynamodb:Query"], [table.arn], {
    StringEquals: { "dynamodb:Select": ["SPECIFIC_ATTRIBUTES"] },
    "ForAllValues:StringEquals": { "dynamodb:Attributes": ["owner", "slot", "state"] },
  }),
]);
const remove = functionWithRole("remove", [
  allow(["dynamodb:UpdateItem"], [table.arn], {
    "ForAllValues:StringEquals": { "dynamodb:Attributes": ["owner", "slot", "state", "ciphertext"] },
    StringEqualsIfExists: { "dynamodb:ReturnValues": ["NONE"] },
  }),
]);
/** Of no function. */
const operator = { ...list.role, logicalId: "Operator", arn: roleArnOf("operator") };
const stack: LocalStack = {
  ...emptyStack,
  tables: [table],
  kmsKeys: [kmsKeyResource(1)],
  roles: [list.role, remove.role, operator],
  functions: [list.fn, remove.fn],
};

let endpoint: AwsEndpoint;
beforeAll(async () => {
  endpoint = await startAwsEndpoint({ stack, port: 0 });
});
afterAll(() => endpoint.close());

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

function send(headers: Record<string, string>, body?: string, path = "/"): Promise<Answer> {
  const method = body === undefined ? "GET" : "POST";
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: "127.0.0.1", port: endpoint.port, method, path, headers },
      (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
        );
      },
    );
    outgoing.on("error", reject).end(body);
  });
}

const signed = {
  authorization: "AWS4-HMAC-SHA256 Credential=AKIAANY/20260101/us-east-1/kms/aws4_request, Signature=x",
};
const listKeys = {
  ...signed,
  "content-type": "application/x-amz-json-1.1",
  "x-amz-target": "TrentService.ListKeys",
};

describe("who may speak to the endpoint", () => {
  test.each([
    ["a foreign Host, as DNS rebinding gives", { host: "evil.example" }],
    ["the right name on another port", { host: "localhost:1" }],
    ["a page of another site", { origin: "https://evil.example" }],
    ["a page on another port", { origin: "http://127.0.0.1:1" }],
    ["a page of no origin", { origin: "null" }],
    ["what a browser marks as cross-site", { "sec-fetch-site": "cross-site" }],
    ["what a browser marks as same-site", { "sec-fetch-site": "same-site" }],
  ])("refused: %s", async (_name, headers) => {
    expect(await send({ ...listKeys, ...headers }, "{}")).toMatchObject({ status: 403 });
    expect(await send(headers, undefined, "/_roles")).toMatchObject({ status: 403 });
  });

  test.each(["127.0.0.1", "localhost", "[::1]"])("admitted: Host %s with the own port", async (host) => {
    expect(await send({ ...listKeys, host: `${host}:${endpoint.port}` }, "{}")).toMatchObject({
      status: 200,
    });
  });

  test("a call without credentials is told so", async () => {
    const { authorization: _none, ...unsigned } = listKeys;
    const answer = await send(unsigned, "{}");
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toHaveProperty("__type", "MissingAuthenticationTokenException");
    expect(answer.headers["x-amzn-errortype"]).toBe("MissingAuthenticationTokenException");
  });
});

describe("what it has not is refused by name", () => {
  test.each([
    ["TrentService.RetireGrant", "KMS RetireGrant"],
    ["TrentService.toString", "KMS toString"],
    ["DynamoDB_20120810.ExecuteStatement", "DynamoDB ExecuteStatement"],
    ["DynamoDBStreams_20120810.Nothing", "DynamoDB Streams Nothing"],
    ["AWSGlue.GetTables", "AWSGlue GetTables"],
  ])("%s", async (target, named) => {
    const answer = await send({ ...listKeys, "x-amz-target": target }, "{}");
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ __type: "UnknownOperationException" });
    expect(answer.text).toContain(named);
  });

  test("transactions, for the SDK", async () => {
    const db = new DynamoDBClient(clientSettings(endpoint.url));
    const call = db.send(new TransactWriteItemsCommand({ TransactItems: [] }));
    await expect(call).rejects.toThrow("DynamoDB TransactWriteItems");
  });

  test("a body that is no JSON object is refused without being quoted", async () => {
    for (const body of ["{canary", "[]", '"canary"']) {
      const answer = await send(listKeys, body);
      expect(JSON.parse(answer.text)).toHaveProperty("__type", "SerializationException");
      expect(answer.text).not.toContain("canary");
    }
  });

  test("a body over 16 MB", async () => {
    const answer = await send(listKeys, "x".repeat(16 * 1024 * 1024 + 1));
    expect(answer.status).toBe(413);
  });
});

describe("identities", () => {
  test("/_roles gives each role's access key id, and whose function's it is", async () => {
    const { text } = await send({}, undefined, "/_roles");
    const accessKeyId = endpoint.accessKeyIdOf(list.fn.roleArn);
    expect(accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    const roles = (JSON.parse(text) as { roles: unknown[] }).roles;
    expect(roles).toHaveLength(3);
    expect(roles[0]).toEqual({ role: "list", function: "list", roleArn: list.fn.roleArn, accessKeyId });
    const accessKeyIdOfOperator = endpoint.accessKeyIdOf(operator.arn);
    const operatorRole = { role: "Operator", roleArn: operator.arn, accessKeyId: accessKeyIdOfOperator };
    expect(roles[2]).toEqual(operatorRole);
  });

  test.each([
    ["a role's session", () => endpoint.accessKeyIdOf(list.fn.roleArn), "sts", "assumed-role/list/test-list"],
    [
      "a role of no function",
      () => endpoint.accessKeyIdOf(operator.arn),
      "sts",
      "assumed-role/operator/local",
    ],
    ["the administrator", () => "AKIAANY", "iam", "user/administrator"],
  ])("sts get-caller-identity shows %s", async (_name, accessKeyId, service, path) => {
    const authorization = signed.authorization.replace("AKIAANY", accessKeyId());
    const headers = { authorization, "content-type": "application/x-www-form-urlencoded" };
    const { text, status } = await send(headers, "Action=GetCallerIdentity&Version=2011-06-15");
    expect(status).toBe(200);
    expect(text).toContain(`<Arn>arn:aws:${service}::${localAccountId}:${path}</Arn>`);
  });

  test("the role of one function may not do what only another's allows", async () => {
    const db = new DynamoDBClient(clientSettings(endpoint.url, endpoint.accessKeyIdOf(list.fn.roleArn)));
    const call = db.send(
      new GetItemCommand({ TableName: table.tableName, Key: { owner: { S: "a" }, slot: { S: "b" } } }),
    );
    await expect(call).rejects.toMatchObject({
      name: "AccessDeniedException",
      message:
        `User: arn:aws:sts::${localAccountId}:assumed-role/list/test-list is not authorized to perform: ` +
        `dynamodb:GetItem on resource: ${table.arn} because no identity-based policy allows the dynamodb:GetItem action`,
    });
  });

  test("a table is named by its ARN as well as by its name", async () => {
    const db = new DynamoDBClient(clientSettings(endpoint.url));
    const Key = { owner: { S: "a" }, slot: { S: "b" } };
    const answer = await db.send(new GetItemCommand({ TableName: table.arn, Key }));
    expect(answer.$metadata.httpStatusCode).toBe(200);
  });

  test("the administrator may do what no policy denies", async () => {
    const kms = new KMSClient(clientSettings(endpoint.url));
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: kmsKeyResource(1).arn }));
    expect(KeyMetadata?.AWSAccountId).toBe(localAccountId);
  });
});

describe("attribute-level permissions, through the SDK", () => {
  const as = (roleArn: string) =>
    new DynamoDBClient(clientSettings(endpoint.url, endpoint.accessKeyIdOf(roleArn)));
  const query = (rest: object) =>
    as(list.fn.roleArn).send(
      new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: "#o = :o",
        ExpressionAttributeValues: { ":o": { S: "ada" } },
        ...rest,
      }),
    );
  const names = { "#o": "owner", "#s": "state" };

  test("a query of the allowed attributes passes", async () => {
    const { Items } = await query({ ProjectionExpression: "#o, slot, #s", ExpressionAttributeNames: names });
    expect(Items).toEqual([]);
  });

  test.each([
    [
      "one more attribute",
      { ProjectionExpression: "#o, #c", ExpressionAttributeNames: { "#o": "owner", "#c": "ciphertext" } },
    ],
    [
      "one more as a literal name",
      { ProjectionExpression: "ciphertext", ExpressionAttributeNames: { "#o": "owner" } },
    ],
    [
      "one more in the filter",
      {
        ProjectionExpression: "#s",
        FilterExpression: "attribute_exists(ciphertext)",
        ExpressionAttributeNames: names,
      },
    ],
    ["no projection", { ExpressionAttributeNames: { "#o": "owner" } }],
  ])("a query with %s is denied", async (_name, rest) => {
    await expect(query(rest)).rejects.toHaveProperty("name", "AccessDeniedException");
  });

  test("an update that asks for more values than it may is denied, the same without is not", async () => {
    const update = (rest: object) =>
      as(remove.fn.roleArn).send(
        new UpdateItemCommand({
          TableName: table.tableName,
          Key: { owner: { S: "ada" }, slot: { S: "openai/default" } },
          UpdateExpression: "SET #s = :removed REMOVE ciphertext",
          ExpressionAttributeNames: { "#s": "state" },
          ExpressionAttributeValues: { ":removed": { S: "removed" } },
          ...rest,
        }),
      );
    await expect(update({ ReturnValues: "ALL_OLD" })).rejects.toHaveProperty("name", "AccessDeniedException");
    await expect(update({})).resolves.toHaveProperty("$metadata.httpStatusCode", 200);
  });
});

test("a policy with what is not evaluated stops the start, by name", async () => {
  const bad = functionWithRole("bad", [
    allow(["kms:Decrypt"], ["*"], { NumericEquals: { "kms:ViaService": ["1"] } }),
  ]);
  const start = startAwsEndpoint({ stack: { ...emptyStack, roles: [bad.role] }, port: 0 });
  await expect(start).rejects.toThrow("NumericEquals");
});

test("a taken port is refused as taken", async () => {
  const start = startAwsEndpoint({ stack: emptyStack, port: endpoint.port });
  await expect(start).rejects.toHaveProperty("code", "EADDRINUSE");
});
