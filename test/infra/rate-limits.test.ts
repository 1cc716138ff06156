/** The role's statement against the requests that rate-limiter-flexible makes, evaluated as IAM does. */
import { RateLimiterDynamo } from "rate-limiter-flexible";
import { describe, expect, test } from "vitest";
import { countAgainstLimits } from "../../infra/statements.ts";
import { conditionKeysOf } from "../../local/aws/dynamodb/condition-keys.ts";
import { conditionsHold, contextOf } from "../../local/aws/iam/conditions.ts";
import type { Statement, TableResource } from "../../local/stack.ts";

type Request = Record<string, unknown>;

const table: TableResource = {
  tableName: "RateLimits",
  arn: "arn:aws:dynamodb:eu-central-1:123456789012:table/RateLimits",
  keySchema: [{ AttributeName: "key", KeyType: "HASH" }],
  attributeDefinitions: [{ AttributeName: "key", AttributeType: "S" }],
};

const statement = countAgainstLimits(table.arn, ["save", "failedAuthentication"]).toStatementJson() as {
  Condition: Statement["conditions"];
};

/** Conditions of a statement as they are loaded: every value a list. */
const conditions = Object.fromEntries(
  Object.entries(statement.Condition).map(([operator, block]) => [
    operator,
    Object.fromEntries(Object.entries(block).map(([name, values]) => [name, [values].flat()])),
  ]),
);

const isAllowed = (request: Request) =>
  conditionsHold(conditions, contextOf(conditionKeysOf("UpdateItem", table, request)));

/** What the library sends for one request against a limit: a new counter, or one that runs already. */
async function requestsOf(keyPrefix: string, running: boolean): Promise<Request[]> {
  const requests: Request[] = [];
  const updateItem = (request: Request): Promise<unknown> => {
    requests.push(request);
    if (running && requests.length === 1) return Promise.reject(new Error("the condition failed"));
    const expire = String(Date.now() / 1000 + 60);
    return Promise.resolve({
      Attributes: { key: { S: "owner" }, points: { N: "1" }, expire: { N: expire } },
    });
  };
  const limiter = new RateLimiterDynamo({
    ...{ storeClient: { updateItem }, tableName: table.tableName, tableCreated: true, ttlSet: true },
    ...{ keyPrefix, points: 2, duration: 60 },
  });
  await limiter.consume("owner");
  return requests;
}

describe("counting against limits", () => {
  test("is allowed for the limits of the function: a new counter, and one that runs", async () => {
    const requests = [
      ...(await requestsOf("save", false)),
      ...(await requestsOf("failedAuthentication", true)),
    ];
    expect(requests).toHaveLength(3);
    for (const request of requests) expect(isAllowed(request)).toBe(true);
  });

  test("is refused for another limit", async () => {
    const [request] = await requestsOf("proxy", false);
    expect(request && isAllowed(request)).toBe(false);
  });

  test("is refused with another attribute, with the old counter as answer, and without saying which", async () => {
    const [request] = await requestsOf("save", false);
    expect(isAllowed({ ...request, UpdateExpression: "SET ownerId = :points" })).toBe(false);
    expect(isAllowed({ ...request, ReturnValues: "ALL_OLD" })).toBe(false);
    expect(isAllowed({ ...request, ReturnValues: undefined })).toBe(false);
  });
});
