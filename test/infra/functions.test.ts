import { describe, expect, test } from "vitest";
import { environmentOf } from "../../lib/settings.ts";
import { ofType, synthesised, testSettings } from "./synthesised.ts";

const stack = synthesised();
const functions = ofType(stack, "AWS::Lambda::Function");

describe("every function", () => {
  test("runs on Node 24 on ARM, under a name that says stage and purpose", () => {
    expect(functions.map(([, { Properties }]) => Properties["FunctionName"])).toEqual([
      ...["waxseal-dev-save", "waxseal-dev-status", "waxseal-dev-list", "waxseal-dev-remove"],
      "waxseal-dev-provider-proxy",
    ]);
    for (const [, { Properties }] of functions)
      expect(Properties).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"], MemorySize: 512 });
  });

  test("has the settings and the table's name, and save's alone the KMS key's ARN", () => {
    for (const [id, { Properties }] of functions) {
      const { Variables } = Properties["Environment"] as { Variables: Record<string, string> };
      expect(Variables).toEqual({
        ...environmentOf(testSettings),
        POWERTOOLS_SERVICE_NAME: Properties["FunctionName"],
        WAXSEAL_TABLE: "<ProviderKeysTable>",
        ...(id === "SaveFunction" ? { WAXSEAL_ENCRYPTION_KEY: "<ProviderKeysEncryptionKey.Arn>" } : {}),
      });
    }
  });

  test("writes to a log group of its own, kept for the days that are set and after the stack is gone", () => {
    const logGroups = functions.map(
      ([, { Properties }]) => (Properties["LoggingConfig"] as { LogGroup: string }).LogGroup,
    );
    expect(new Set(logGroups).size).toBe(functions.length);
    for (const reference of logGroups) {
      const logGroup = stack.resources[reference.slice(1, -1)];
      expect(logGroup?.Properties["RetentionInDays"]).toBe(30);
      expect(logGroup?.DeletionPolicy).toBe("RetainExceptOnCreate");
    }
  });

  test("ends after 15 seconds, but the proxy ten after the longest call, and Lambda's 900 at the latest", () => {
    const timeouts = (proxyTimeoutSeconds: number) =>
      ofType(synthesised({ ...testSettings, proxyTimeoutSeconds }), "AWS::Lambda::Function").map(
        ([, { Properties }]) => Properties["Timeout"],
      );
    expect(functions.map(([, { Properties }]) => Properties["Timeout"])).toEqual([15, 15, 15, 15, 310]);
    expect(timeouts(890).at(-1)).toBe(900);
  });
});

describe("the alarms", () => {
  test("go off at the first record that does not open, KMS key that is disabled, or permission that is missing", () => {
    const alarms = ofType(stack, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
    const codes = ["DECRYPT_FAILED", "ENCRYPTION_KEY_UNAVAILABLE", "SUITE_REFUSED", "ACCESS_DENIED_BY_AWS"];
    expect(alarms.map(({ MetricName }) => MetricName)).toEqual(codes);
    for (const alarm of alarms)
      expect(alarm).toMatchObject({
        Namespace: "Waxseal/dev",
        Threshold: 1,
        EvaluationPeriods: 1,
        Statistic: "Sum",
      });
    const filters = ofType(stack, "AWS::Logs::MetricFilter").map(([, { Properties }]) => [
      Properties["LogGroupName"],
      Properties["FilterPattern"],
    ]);
    const expected = ["<SaveLogs>", "<ProviderProxyLogs>"].flatMap((logs) =>
      codes.map((code) => [logs, `{ $.fields.code = "${code}" }`]),
    );
    expect(filters).toEqual(expect.arrayContaining(expected));
    expect(filters).toHaveLength(expected.length);
  });
});

test("the stack's outputs are the API's URL, the table's name and the KMS key's ARN", () => {
  expect(stack.outputs).toEqual({
    ApiUrl: {
      Value:
        "https://<GatewayApi>.execute-api.<AWS::Region>.<AWS::URLSuffix>/<GatewayApiDeploymentStagedev>/",
    },
    ProviderKeysTable: { Value: "<ProviderKeysTable>" },
    EncryptionKeyArn: { Value: "<ProviderKeysEncryptionKey.Arn>" },
  });
});
