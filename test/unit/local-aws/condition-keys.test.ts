/** DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control". */
import { describe, expect, test } from "vitest";
import { attributesOf, conditionKeysOf } from "../../../local/aws/dynamodb/condition-keys.ts";
import { attributesInExpression } from "../../../local/aws/dynamodb/expression-names.ts";
import { tableResource } from "../../contract/stack.ts";

const table = tableResource("ProviderKeys");
const Key = { owner: { S: "ada" }, slot: { S: "openai/default" } };

describe("the attributes that an expression names", () => {
  test.each([
    ["SET #a = :v", ["alpha"]],
    [
      "SET #a = if_not_exists(#b, :v), c = c + :one REMOVE d ADD e :one DELETE f :set",
      ["alpha", "beta", "c", "c", "d", "e", "f"],
    ],
    ["set #a = list_append(#b, :v)", ["alpha", "beta"]],
    ["attribute_not_exists(#a) AND NOT contains(b, :v) OR size (c) > :n", ["alpha", "b", "c"]],
    ["#a = :v and (b BETWEEN :x AND :y) or c IN (:p, :q)", ["alpha", "b", "c"]],
    ["#a.inner[0].#b, plain.deeper, list[12]", ["alpha", "plain", "list"]],
    ["a . b = :v", ["a"]],
    ["#a, b,c", ["alpha", "b", "c"]],
    ["a=:v", ["a"]],
    ["a<>b", ["a", "b"]],
    ["#unknown = :v", ["#unknown"]],
    ["begins_with(#s, :pre)", ["a.b"]],
    ["NOT(a = :v)", ["a"]],
    ["a IN(:v)", ["a"]],
    ["attribute_type(x, :t) AND attribute_exists(y)", ["x", "y"]],
  ])("%s", (expression, attributes) => {
    const names = { "#a": "alpha", "#b": "beta", "#s": "a.b" };
    expect(attributesInExpression(expression, names)).toEqual(attributes);
  });
});

describe("dynamodb:Attributes", () => {
  test.each([
    ["a key", { Key }, ["owner", "slot"]],
    ["an item", { Item: { ...Key, ciphertext: { B: "" } } }, ["owner", "slot", "ciphertext"]],
    [
      "a projection",
      { Key, ProjectionExpression: "#s, label", ExpressionAttributeNames: { "#s": "state" } },
      ["owner", "slot", "state", "label"],
    ],
    ["the attributes to get", { AttributesToGet: ["state"] }, ["state"]],
    [
      "an update and its condition",
      { Key, UpdateExpression: "SET a = :v", ConditionExpression: "b = :v" },
      ["owner", "slot", "a", "b"],
    ],
    [
      "a query and its filter",
      { KeyConditionExpression: "owner = :o", FilterExpression: "c = :v" },
      ["owner", "c"],
    ],
    ["where a scan continues", { ExclusiveStartKey: Key }, ["owner", "slot"]],
    [
      "the older API",
      {
        AttributeUpdates: { a: {} },
        Expected: { b: {} },
        ScanFilter: { c: {} },
        QueryFilter: { d: {} },
        KeyConditions: { e: {} },
      },
      ["a", "b", "d", "c", "e"],
    ],
    [
      "batches",
      {
        Keys: [Key],
        Writes: [{ PutRequest: { Item: { x: { S: "" } } } }, { DeleteRequest: { Key: { y: { S: "" } } } }],
      },
      ["owner", "slot", "x", "y"],
    ],
    ["nothing", {}, []],
  ])("counts %s", (_name, request, attributes) => {
    expect(attributesOf(request).sort()).toEqual([...attributes].sort());
  });

  test("is absent where a request names none", () => {
    expect(conditionKeysOf("Scan", table, {})).toMatchObject({ "dynamodb:Attributes": undefined });
  });
});

describe("dynamodb:Select", () => {
  test.each([
    ["Query", {}, "ALL_ATTRIBUTES"],
    ["GetItem", { Key }, "ALL_ATTRIBUTES"],
    ["Scan", { ProjectionExpression: "a" }, "SPECIFIC_ATTRIBUTES"],
    ["BatchGetItem", { AttributesToGet: ["a"] }, "SPECIFIC_ATTRIBUTES"],
    ["Query", { Select: "COUNT" }, "COUNT"],
    ["Query", { IndexName: "I" }, "ALL_PROJECTED_ATTRIBUTES"],
    ["PutItem", { Item: Key }, undefined],
    ["UpdateItem", { Key }, undefined],
  ])("of %s %j is %s", (operation, request, select) => {
    expect(conditionKeysOf(operation, table, request)["dynamodb:Select"]).toBe(select);
  });
});

test("dynamodb:ReturnValues is there only when the request has it", () => {
  expect(conditionKeysOf("UpdateItem", table, { Key })["dynamodb:ReturnValues"]).toBeUndefined();
  const asked = { Key, ReturnValues: "ALL_NEW" };
  expect(conditionKeysOf("UpdateItem", table, asked)["dynamodb:ReturnValues"]).toBe("ALL_NEW");
});

test.each([
  [{ Key }],
  [{ Item: Key }],
  [{ Writes: [{ PutRequest: { Item: Key } }] }],
  [
    {
      KeyConditionExpression: "#o = :o",
      ExpressionAttributeNames: { "#o": "owner" },
      ExpressionAttributeValues: { ":o": { S: "ada" } },
    },
  ],
])("dynamodb:LeadingKeys are the partition key values of %j", (request) => {
  expect(conditionKeysOf("Any", table, request)["dynamodb:LeadingKeys"]).toEqual(["ada"]);
});
