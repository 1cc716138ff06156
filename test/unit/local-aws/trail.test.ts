/** CloudTrail API Reference, "DescribeTrails", "GetTrailStatus", "GetEventSelectors". */
import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { clientSettings, expectError } from "../../contract/guarantee.ts";
import { emptyStack, functionWithRole } from "../../contract/stack.ts";

const { fn, role } = functionWithRole("without", []);
let endpoint: AwsEndpoint;
const client = (accessKeyId?: string) => new CloudTrailClient(clientSettings(endpoint.url, accessKeyId));
beforeAll(async () => {
  endpoint = await startAwsEndpoint({ stack: { ...emptyStack, roles: [role], functions: [fn] }, port: 0 });
});
afterAll(() => endpoint.close());

const arn = "arn:aws:cloudtrail:us-east-1:111122223333:trail/local";

test("there is one trail, by its name and its ARN", async () => {
  const trails = async (trailNameList?: string[]) =>
    (await client().send(new DescribeTrailsCommand({ trailNameList }))).trailList?.map(
      ({ TrailARN }) => TrailARN,
    );
  expect(await trails()).toEqual([arn]);
  expect(await trails(["local"])).toEqual([arn]);
  expect(await trails([arn])).toEqual([arn]);
  expect(await trails(["other"])).toEqual([]);
});

test("it logs, management events of every service, KMS not left out", async () => {
  const { IsLogging } = await client().send(new GetTrailStatusCommand({ Name: arn }));
  expect(IsLogging).toBe(true);
  const { EventSelectors } = await client().send(new GetEventSelectorsCommand({ TrailName: "local" }));
  expect(EventSelectors).toEqual([
    {
      ReadWriteType: "All",
      IncludeManagementEvents: true,
      DataResources: [],
      ExcludeManagementEventSources: [],
    },
  ]);
});

test("another trail is not found, a role without permission denied, another operation refused by name", async () => {
  await expectError(client().send(new GetTrailStatusCommand({ Name: "other" })), "TrailNotFoundException");
  const denied = client(endpoint.accessKeyIdOf(role.arn)).send(new DescribeTrailsCommand({}));
  await expectError(denied, "AccessDeniedException");
  await expect(client().send(new StartLoggingCommand({ Name: arn }))).rejects.toThrow(
    "CloudTrail StartLogging",
  );
});

test("a client that names the service with its package is understood", async () => {
  const target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.DescribeTrails";
  const authorization = "AWS4-HMAC-SHA256 Credential=AKIAANY/x, Signature=x";
  const headers = { authorization, "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
  const answer = await fetch(endpoint.url, { method: "POST", body: "{}", headers });
  expect(await answer.json()).toHaveProperty("trailList.length", 1);
});
