import { describe, expect, test } from "vitest";
import { environmentOf } from "../../lib/settings-environment.ts";
import { actingSettings, besideAudit, ofType, synthesised } from "./synthesised.ts";

const stack = synthesised();
const functions = besideAudit(stack, "AWS::Lambda::Function");
const acting = synthesised(actingSettings);
const everyFunction = besideAudit(acting, "AWS::Lambda::Function");
const namesOf = (some: typeof functions) =>
  some.map(([, { Properties }]) => String(Properties["FunctionName"]).replace("waxseal-dev-", ""));

describe("every function", () => {
  test("runs on Node 24 on ARM, under a name that says stage and purpose", () => {
    expect(namesOf(everyFunction)).toEqual([
      ...["save", "status", "list", "describe", "remove", "update", "verify", "provider-proxy"],
      ...["acting-proxy", "delete-owner"],
    ]);
    for (const [, { Properties }] of everyFunction)
      expect(Properties).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"], MemorySize: 512 });
  });

  test("is there for a use: those of back ends only where one may act", () => {
    expect(namesOf(functions)).toEqual(namesOf(everyFunction).slice(0, -2));
  });

  test("has the settings and the tables' names, and save's alone the KMS key's ARN", () => {
    for (const [id, { Properties }] of everyFunction.filter(([name]) => name !== "DescribeFunction")) {
      const { Variables } = Properties["Environment"] as { Variables: Record<string, string> };
      expect(Variables).toEqual({
        ...environmentOf(actingSettings),
        POWERTOOLS_SERVICE_NAME: Properties["FunctionName"],
        WAXSEAL_TABLE: "<ProviderKeysTable>",
        WAXSEAL_AUDIT_INTAKE: "<AuditTablesIntake>",
        ...(id === "DeleteOwnerFunction" ? {} : { WAXSEAL_LIMITS_TABLE: "<RateLimitsTable>" }),
        ...(id === "SaveFunction" ? { WAXSEAL_ENCRYPTION_KEY: "<ProviderKeysEncryptionKey.Arn>" } : {}),
      });
    }
  });

  test("that describes the API has none of them: it reads nothing", () => {
    const [, describes] = everyFunction.find(([name]) => name === "DescribeFunction")!;
    expect(describes.Properties["Environment"]).toEqual({
      Variables: { POWERTOOLS_SERVICE_NAME: "waxseal-dev-describe" },
    });
  });

  test("writes to a log group of its own, kept for the days that are set and after the stack is gone", () => {
    const logGroups = everyFunction.map(
      ([, { Properties }]) => (Properties["LoggingConfig"] as { LogGroup: string }).LogGroup,
    );
    expect(new Set(logGroups).size).toBe(everyFunction.length);
    for (const reference of logGroups) {
      const logGroup = acting.resources[reference.slice(1, -1)];
      expect(logGroup?.Properties["RetentionInDays"]).toBe(30);
      expect(logGroup?.DeletionPolicy).toBe("RetainExceptOnCreate");
    }
  });

  test("ends after 15 seconds, verify's after 30, delete-owner's after 120, the proxies' ten after the longest call, 900 at the latest", () => {
    const timeouts = (proxyTimeoutSeconds: number) =>
      besideAudit(synthesised({ ...actingSettings, proxyTimeoutSeconds }), "AWS::Lambda::Function").map(
        ([, { Properties }]) => Properties["Timeout"],
      );
    expect(timeouts(300)).toEqual([15, 15, 15, 15, 15, 15, 30, 310, 310, 120]);
    expect(timeouts(890)).toEqual([15, 15, 15, 15, 15, 15, 30, 900, 900, 120]);
  });
});

describe("the alarms", () => {
  test("go off at the first record that does not open, KMS key that is disabled, or permission that is missing", () => {
    const alarms = besideAudit(acting, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
    const codes = ["DECRYPT_FAILED", "ENCRYPTION_KEY_UNAVAILABLE", "SUITE_REFUSED", "ACCESS_DENIED_BY_AWS"];
    expect(alarms.map(({ MetricName }) => MetricName)).toEqual(codes);
    for (const alarm of alarms)
      expect(alarm).toMatchObject({
        Namespace: "Waxseal/dev",
        Threshold: 1,
        EvaluationPeriods: 1,
        Statistic: "Sum",
      });
    const told = alarms.map(({ AlarmActions }) => AlarmActions);
    const [page, ticket] = [["<Topicspage>"], ["<Topicsticket>"]];
    expect(told).toEqual([ticket, page, ticket, page]);
    const filters = besideAudit(acting, "AWS::Logs::MetricFilter").map(([, { Properties }]) => [
      Properties["LogGroupName"],
      Properties["FilterPattern"],
    ]);
    const opening = ["<VerifyLogs>", "<ProviderProxyLogs>", "<ActingProxyLogs>"];
    const expected = ["<SaveLogs>", ...opening].flatMap((logs) =>
      codes.map((code) => [logs, `{ $.fields.code = "${code}" }`]),
    );
    expect(filters).toEqual(expect.arrayContaining(expected));
    expect(filters).toHaveLength(expected.length);
  });
});

test("the stack's outputs are the API's URL, and what an operator's command needs to find a deployment", () => {
  expect(stack.outputs).toEqual({
    ApiUrl: {
      Value:
        "https://<GatewayApi>.execute-api.<AWS::Region>.<AWS::URLSuffix>/<GatewayApiDeploymentStagedev>/",
    },
    ProviderKeysTable: { Value: "<ProviderKeysTable>" },
    EncryptionKeyArn: { Value: "<ProviderKeysEncryptionKey.Arn>" },
    EncryptionKeys: { Value: "1=<ProviderKeysEncryptionKey.Arn>" },
    JobsTable: { Value: "<JobsTable>" },
    Endpoints: { Value: expect.stringMatching(/^openai=openai-1,anthropic=anthropic-1,/) as string },
    Issuer: { Value: "https://issuer.test" },
    WriteSuite: { Value: "A256CBC-HS512" },
    ReadSuites: { Value: "A256CBC-HS512,A256GCM" },
    KmsQuota: { Value: "10000" },
    KmsShare: { Value: "10" },
    TombstoneDays: { Value: "30" },
    LongestInvocationSeconds: { Value: "310" },
    SavingRoles: { Value: "<SaveRole.Arn>" },
    OpeningRoles: { Value: "<VerifyRole.Arn>,<ProviderProxyRole.Arn>" },
    RewrappingRoles: { Value: "<JobsrewrapRole.Arn>" },
    RewrapRole: { Value: "<JobsrewrapRole.Arn>" },
    AuditLogTable: { Value: "<AuditTablesLog>" },
    AuditIntakeTable: { Value: "<AuditTablesIntake>" },
    TrailLedgerTable: { Value: "<AuditTablesLedger>" },
    GraceSeconds: { Value: "300" },
    AuditBucket: { Value: "<AuditEvidence>" },
    AuditLock: { Value: "none" },
    CheckpointSchedule: { Value: "off" },
    AuditRedriveFunction: { Value: "<AuditRedriveFunction.Arn>" },
    AuditRedriveRole: { Value: "<AuditRedriveRole.Arn>" },
    AuditorRole: { Value: "<AuditAuditorRole.Arn>" },
    PageTopicArn: { Value: "<Topicspage>" },
    TicketTopicArn: { Value: "<Topicsticket>" },
  });
});

describe("the URLs of the functions of back ends", () => {
  const urls = ofType(acting, "AWS::Lambda::Url");
  const permissions = besideAudit(acting, "AWS::Lambda::Permission")
    .map(([, { Properties }]) => Properties)
    .filter(({ Principal }) => Principal !== "apigateway.amazonaws.com");

  test("ask for a signature; the proxy's streams", () => {
    expect(urls.map(([, { Properties }]) => Properties)).toEqual([
      { AuthType: "AWS_IAM", InvokeMode: "RESPONSE_STREAM", TargetFunctionArn: "<ActingProxyFunction.Arn>" },
      { AuthType: "AWS_IAM", InvokeMode: "BUFFERED", TargetFunctionArn: "<DeleteOwnerFunction.Arn>" },
    ]);
  });

  test("let in each role that may, by both permissions, and only through the URL", () => {
    const admission = (fn: string, role: string) => [
      {
        Action: "lambda:InvokeFunctionUrl",
        FunctionName: `<${fn}.Arn>`,
        FunctionUrlAuthType: "AWS_IAM",
        Principal: role,
      },
      {
        Action: "lambda:InvokeFunction",
        FunctionName: `<${fn}.Arn>`,
        InvokedViaFunctionUrl: true,
        Principal: role,
      },
    ];
    const [assistant, accounts] = actingSettings.actingRoles.map(({ role }) => role);
    expect(permissions).toHaveLength(6);
    expect(permissions).toEqual(
      expect.arrayContaining([
        ...admission("ActingProxyFunction", assistant ?? ""),
        ...admission("ActingProxyFunction", accounts ?? ""),
        ...admission("DeleteOwnerFunction", accounts ?? ""),
      ]),
    );
  });

  test("are outputs of the stack, and are not there where no role may act", () => {
    expect(acting.outputs).toMatchObject({
      ActingProxyUrl: { Value: "<ActingProxyFunctionFunctionUrl.FunctionUrl>" },
      DeleteOwnerUrl: { Value: "<DeleteOwnerFunctionFunctionUrl.FunctionUrl>" },
    });
    expect(ofType(stack, "AWS::Lambda::Url")).toEqual([]);
    expect(Object.keys(stack.outputs)).not.toContain("ActingProxyUrl");
  });
});
