import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import { limitTaker } from "../../../lib/limits/take-limit.ts";
import { defaultSettings } from "../../../lib/settings.ts";

const client = new DynamoDBClient({ region: "us-east-1", maxAttempts: 1 });
const mock = mockClient(client);
const take = () =>
  limitTaker(client, "RateLimits", { ...defaultSettings.limits, save: "2/minute", remove: "off" });
const counted = (points: number) => ({
  Attributes: {
    key: { S: "k" },
    points: { N: String(points) },
    expire: { N: String(Date.now() / 1000 + 30) },
  },
});

beforeEach(() => {
  mock.reset();
});

describe("a limit", () => {
  test("lets through what is within it, and says when to come back above it", async () => {
    mock.on(UpdateItemCommand).resolves(counted(2));
    await take()("save", "owner");
    mock.on(UpdateItemCommand).resolves(counted(3));
    const refused = take()("save", "owner");
    await expect(refused).rejects.toMatchObject({ code: "RATE_LIMITED", retryable: true });
    const { retryAfterSeconds } = (await refused.catch((error: unknown) => error)) as {
      retryAfterSeconds: number;
    };
    expect(retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(retryAfterSeconds).toBeLessThanOrEqual(30);
  });

  test("that is passed costs no more writes", async () => {
    mock.on(UpdateItemCommand).resolves(counted(3));
    const one = take();
    for (let n = 0; n < 5; n += 1)
      await expect(one("save", "owner")).rejects.toMatchObject({ code: "RATE_LIMITED" });
    expect(mock.commandCalls(UpdateItemCommand)).toHaveLength(1);
  });

  test("that is off is not counted", async () => {
    for (let n = 0; n < 5; n += 1) await take()("remove", "owner");
    expect(mock.commandCalls(UpdateItemCommand)).toHaveLength(0);
  });

  test("keeps no subject as it is, and each limit's items apart", async () => {
    mock.on(UpdateItemCommand).resolves(counted(1));
    const one = take();
    await one("save", "192.0.2.1");
    await one("proxy", "192.0.2.1");
    const keys = mock.commandCalls(UpdateItemCommand).map(({ args }) => args[0].input.Key?.["key"]?.S);
    expect(keys).toEqual([
      expect.stringMatching(/^save:[\w-]{43}$/),
      expect.stringMatching(/^proxy:[\w-]{43}$/),
    ]);
  });

  test.each([
    ["ThrottlingException", "STORE_UNAVAILABLE"],
    ["TimeoutError", "STORE_UNAVAILABLE"],
    ["AccessDeniedException", "ACCESS_DENIED_BY_AWS"],
  ])("that cannot be counted (%s) is %s, and quotes nothing", async (name, code) => {
    mock.on(UpdateItemCommand).rejects(Object.assign(new Error("quotes canary"), { name }));
    await expect(take()("save", "owner")).rejects.toMatchObject({
      code,
      aws: { service: "dynamodb", error: name },
    });
  });

  test("whose window ends between its two writes is counted in the next", async () => {
    const conflict = new ConditionalCheckFailedException({ message: "", $metadata: {} });
    mock.on(UpdateItemCommand).rejectsOnce(conflict).rejectsOnce(conflict).resolves(counted(1));
    await take()("save", "owner");
    expect(mock.commandCalls(UpdateItemCommand)).toHaveLength(3);
  });
});
