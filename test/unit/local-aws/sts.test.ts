/** STS API Reference, "AssumeRole"; IAM User Guide, "Policy evaluation logic" (role trust policies). */
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  STSClient,
  type AssumeRoleCommandInput,
} from "@aws-sdk/client-sts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { localAccountId, type RoleResource, type Statement } from "../../../local/stack.ts";
import { trustStatements } from "../../../local/template/statements.ts";
import { clientSettings, nameOfError } from "../../contract/guarantee.ts";
import { allow, emptyStack, kmsKeyResource, roleArnOf, rootArn } from "../../contract/stack.ts";

const mayAssume = allow(["sts:AssumeRole"], ["*"]);

function role(name: string, trusted: object | "*", statements: readonly Statement[] = []): RoleResource {
  const Statement = [{ Effect: "Allow", Principal: trusted, Action: "sts:AssumeRole" }];
  const trust = trustStatements({ Version: "2012-10-17", Statement }, name);
  return { logicalId: name, arn: roleArnOf(name), statements, trust, maxSessionSeconds: 7200 };
}

const kmsKey = kmsKeyResource(1);
const describesKey = allow(["kms:DescribeKey"], [kmsKey.arn]);
const roles = [
  role("for-the-account", { AWS: rootArn, Service: "lambda.amazonaws.com" }, [describesKey]),
  role("for-a-role", { AWS: roleArnOf("caller") }),
  role("for-lambda", { Service: "lambda.amazonaws.com" }),
  role("caller", { Service: "lambda.amazonaws.com" }),
  role("permitted-caller", { Service: "lambda.amazonaws.com" }, [mayAssume]),
];
const stack = { ...emptyStack, kmsKeys: [kmsKey], roles };

let endpoint: AwsEndpoint;
let now: Date;
beforeEach(async () => {
  now = new Date("2026-11-01T00:00:00Z");
  endpoint = await startAwsEndpoint({ stack, port: 0, now: () => now });
});
afterEach(() => endpoint.close());

const as = (accessKeyId?: string) => new STSClient(clientSettings(endpoint.url, accessKeyId));
const assume = (name: string, more: Partial<AssumeRoleCommandInput> = {}, accessKeyId?: string) =>
  as(accessKeyId).send(
    new AssumeRoleCommand({ RoleArn: roleArnOf(name), RoleSessionName: "ada@work", ...more }),
  );

describe("who may assume a role", () => {
  const administrator = () => undefined;
  const of = (name: string) => () => endpoint.accessKeyIdOf(roleArnOf(name));
  test.each([
    ["the account is trusted, and the caller's own policy allows it", "for-the-account", administrator, true],
    ["the same for a role", "for-the-account", of("permitted-caller"), true],
    ["the account is trusted, and the caller has no such permission", "for-the-account", of("caller"), false],
    ["the calling role itself is trusted", "for-a-role", of("caller"), true],
    ["another role is trusted", "for-a-role", of("permitted-caller"), false],
    ["only a service is trusted", "for-lambda", administrator, false],
    ["there is no such role", "nobody", administrator, false],
  ])("%s", async (_name, name, caller, admitted) => {
    const outcome = await nameOfError(assume(name, {}, caller()));
    expect(outcome).toBe(admitted ? "succeeded" : "AccessDenied");
  });

  test("the refusal names caller, action and role, and is the same for one that is not there", async () => {
    const user = `arn:aws:iam::${localAccountId}:user/administrator`;
    for (const name of ["for-lambda", "nobody"]) {
      await expect(assume(name)).rejects.toMatchObject({
        message:
          `User: ${user} is not authorized to perform: sts:AssumeRole on resource: ${roleArnOf(name)} ` +
          "because no resource-based policy allows the sts:AssumeRole action",
        $metadata: { httpStatusCode: 403 },
      });
    }
  });
});

describe("the credentials", () => {
  test("stand for the role, under the session's name, everywhere", async () => {
    const { Credentials, AssumedRoleUser } = await assume("for-the-account");
    const arn = `arn:aws:sts::${localAccountId}:assumed-role/for-the-account/ada@work`;
    expect(AssumedRoleUser).toEqual({
      Arn: arn,
      AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{16}:ada@work$/) as string,
    });
    const { AccessKeyId: accessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
    expect(accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    const identity = await as(accessKeyId).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Arn: arn, Account: localAccountId });
    const credentials = { accessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    const kms = new KMSClient({ ...clientSettings(endpoint.url), credentials });
    await kms.send(new DescribeKeyCommand({ KeyId: kmsKey.arn }));
    expect(endpoint.cloudTrailRecords().at(-1)?.userIdentity).toMatchObject({
      type: "AssumedRole",
      arn,
      accessKeyId,
      sessionContext: { sessionIssuer: { arn: roleArnOf("for-the-account"), userName: "for-the-account" } },
    });
  });

  test("differ from one session to the next", async () => {
    const ids = await Promise.all([1, 2].map(() => assume("for-the-account")));
    expect(new Set(ids.map(({ Credentials }) => Credentials?.AccessKeyId)).size).toBe(2);
  });

  test("last as long as was asked, an hour where nothing was, and are refused then", async () => {
    const { Credentials: hour } = await assume("for-the-account");
    expect(hour?.Expiration).toEqual(new Date("2026-11-01T01:00:00Z"));
    const { Credentials } = await assume("for-the-account", { DurationSeconds: 900 });
    expect(Credentials?.Expiration).toEqual(new Date("2026-11-01T00:15:00Z"));
    const kms = new KMSClient(clientSettings(endpoint.url, Credentials?.AccessKeyId));
    const call = () => nameOfError(kms.send(new DescribeKeyCommand({ KeyId: kmsKey.arn })));
    now = new Date("2026-11-01T00:14:59Z");
    expect(await call()).toBe("succeeded");
    now = new Date("2026-11-01T00:15:00Z");
    expect(await call()).toBe("ExpiredTokenException");
  });

  test("of an earlier run are refused as expired", async () => {
    const { Credentials } = await assume("for-the-account");
    await endpoint.close();
    endpoint = await startAwsEndpoint({ stack, port: 0 });
    const kms = new KMSClient(clientSettings(endpoint.url, Credentials?.AccessKeyId));
    const call = kms.send(new DescribeKeyCommand({ KeyId: kmsKey.arn }));
    expect(await nameOfError(call)).toBe("ExpiredTokenException");
    const sts = as(Credentials?.AccessKeyId).send(new GetCallerIdentityCommand({}));
    expect(await nameOfError(sts)).toBe("ExpiredToken");
  });
});

describe("what is asked for is checked", () => {
  test.each([
    ["899 seconds", { DurationSeconds: 899 }, "ValidationError"],
    ["the role's longest session", { DurationSeconds: 7200 }, "succeeded"],
    ["more than the role's longest session", { DurationSeconds: 7201 }, "ValidationError"],
    ["more than twelve hours", { DurationSeconds: 43_201 }, "ValidationError"],
    ["a session's name with a space", { RoleSessionName: "a b" }, "ValidationError"],
    ["a session's name of one character", { RoleSessionName: "a" }, "ValidationError"],
    ["a session policy, which is not evaluated here", { Policy: "{}" }, "UnknownOperation"],
  ])("%s", async (_name, more, outcome) => {
    expect(await nameOfError(assume("for-the-account", more))).toBe(outcome);
  });

  test("a role assumed by a role lasts an hour at most", async () => {
    const permitted = endpoint.accessKeyIdOf(roleArnOf("permitted-caller"));
    const assumed = (DurationSeconds: number) =>
      nameOfError(assume("for-the-account", { DurationSeconds }, permitted));
    expect(await assumed(3601)).toBe("ValidationError");
    expect(await assumed(3600)).toBe("succeeded");
  });
});
