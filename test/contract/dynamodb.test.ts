import { afterAll, beforeAll, describe } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../local/aws/endpoint.ts";
import { dynamoDbContract } from "./dynamodb.contract.ts";
import { emptyStack } from "./stack.ts";

/** Another implementation's address, set by `judges/run.ts`. */
const judgeUrl = process.env["WAXSEAL_CONTRACT_DYNAMODB_URL"];

describe("DynamoDB", () => {
  let endpoint: AwsEndpoint | undefined;
  beforeAll(async () => {
    if (judgeUrl === undefined) endpoint = await startAwsEndpoint({ stack: emptyStack, port: 0 });
  });
  afterAll(() => endpoint?.close());

  dynamoDbContract(() => judgeUrl ?? endpoint?.url ?? "");
});
