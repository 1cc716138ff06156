/** A new version of the stack under calls that go on, as CloudFormation makes it. */
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DecryptCommand, DescribeKeyCommand, GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import type { LocalStack, Statement } from "../../../local/stack.ts";
import { trustStatements } from "../../../local/template/statements.ts";
import { clientSettings, expectError, nameOfError } from "../../contract/guarantee.ts";
import {
  allow,
  emptyStack,
  functionWithRole,
  kmsKeyResource,
  rootArn,
  tableResource,
} from "../../contract/stack.ts";

const [first, second] = [kmsKeyResource(1), kmsKeyResource(2)];
const table = tableResource("ProviderKeys");
const trusted = { Effect: "Allow", Principal: { AWS: rootArn }, Action: "sts:AssumeRole" };
const trust = trustStatements({ Version: "2012-10-17", Statement: [trusted] }, "trust");

function stackWith(statements: readonly Statement[], more: Partial<LocalStack> = {}): LocalStack {
  const { role, fn } = functionWithRole("save", statements);
  return { ...emptyStack, kmsKeys: [first], roles: [{ ...role, trust }], functions: [fn], ...more };
}

let endpoint: AwsEndpoint;
beforeEach(async () => {
  endpoint = await startAwsEndpoint({ stack: stackWith([]), port: 0 });
});
afterEach(() => endpoint.close());

const kms = (accessKeyId?: string) => new KMSClient(clientSettings(endpoint.url, accessKeyId));
const generate = (accessKeyId?: string, KeyId = first.arn) =>
  kms(accessKeyId).send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" }));
const mayGenerate = allow(["kms:GenerateDataKey"], ["*"]);

test("a function's role and a session of it that is under way have the new statements", async () => {
  const { arn: RoleArn = "" } = stackWith([]).roles[0] ?? {};
  const { Credentials } = await new STSClient(clientSettings(endpoint.url)).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: "operator" }),
  );
  const identities = [endpoint.accessKeyIdOf(RoleArn), Credentials?.AccessKeyId];
  for (const id of identities) await expectError(generate(id), "AccessDeniedException");
  await endpoint.deploy(stackWith([mayGenerate]));
  for (const id of identities) expect(await nameOfError(generate(id))).toBe("succeeded");
  await endpoint.deploy(stackWith([]));
  for (const id of identities) await expectError(generate(id), "AccessDeniedException");
});

test("a key's policy is the new one", async () => {
  const nobody = { Effect: "Deny", Principal: { AWS: "*" }, Action: "kms:GenerateDataKey", Resource: "*" };
  await generate();
  await endpoint.deploy(stackWith([], { kmsKeys: [kmsKeyResource(1, [nobody])] }));
  await expectError(generate(), "AccessDeniedException");
});

test("keys and tables are added; what the stack no longer has of them stays", async () => {
  const { CiphertextBlob } = await generate();
  await endpoint.deploy(stackWith([], { kmsKeys: [second], tables: [table] }));
  await generate(undefined, second.arn);
  expect(await nameOfError(kms().send(new DecryptCommand({ CiphertextBlob })))).toBe("succeeded");
  const db = new DynamoDBClient(clientSettings(endpoint.url));
  const TableName = table.tableName;
  const Item = { owner: { S: "ada" }, slot: { S: "openai/default" } };
  await db.send(new PutItemCommand({ TableName, Item }));
  await endpoint.deploy(stackWith([]));
  expect((await db.send(new GetItemCommand({ TableName, Key: Item }))).Item).toEqual(Item);
  await kms().send(new DescribeKeyCommand({ KeyId: second.arn }));
});

test("calls that go on are all answered", async () => {
  const end = new AbortController();
  const calls = (async () => {
    const names = new Set<string>();
    while (!end.signal.aborted) names.add(await nameOfError(generate()));
    return names;
  })();
  for (let n = 0; n < 5; n++) await endpoint.deploy(stackWith([], { kmsKeys: [first, kmsKeyResource(n)] }));
  end.abort();
  expect(await calls).toEqual(new Set(["succeeded"]));
});

test("a stack with what is not evaluated here is refused, and nothing of it is taken", async () => {
  const bad = allow(["kms:GenerateDataKey"], ["*"], { NumericEquals: { "kms:ViaService": ["1"] } });
  const deployed = endpoint.deploy(stackWith([mayGenerate, bad], { kmsKeys: [second] }));
  await expect(deployed).rejects.toThrow("NumericEquals");
  await expectError(kms().send(new DescribeKeyCommand({ KeyId: second.arn })), "NotFoundException");
});
