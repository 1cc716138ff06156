import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { ProviderKeys } from "../../infra/provider-keys.ts";
import { testSettings } from "./synthesised.ts";

/** An application's own stack, with functions of its own. */
function applicationStack() {
  const stack = new Stack(new App(), "Application");
  const providerKeys = new ProviderKeys(stack, "ProviderKeys", testSettings);
  const role = (name: string) =>
    new Role(stack, `${name}Role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
  const fn = (name: string) =>
    new Function(stack, name, {
      runtime: Runtime.NODEJS_24_X,
      handler: "index.handler",
      code: Code.fromInline("exports.handler = async () => {};"),
      role: role(name),
    });
  return { stack, providerKeys, fn };
}

describe("an application's own functions", () => {
  test("get a use by one grant: the claim, the decryption, the key policy's admission and the environment", () => {
    const { stack, providerKeys, fn } = applicationStack();
    providerKeys.grantSave(fn("Save"));
    providerKeys.grantUse(fn("Chat"));
    providerKeys.grantUse(fn("Summary"));
    const template = Template.fromStack(stack);

    const policies = Object.entries(template.findResources("AWS::IAM::Policy"));
    const actionsOf = (name: string) =>
      policies
        .filter(([id]) => id.startsWith(name))
        .flatMap(
          ([, { Properties }]) =>
            (Properties as { PolicyDocument: { Statement: { Action: string }[] } }).PolicyDocument.Statement,
        )
        .map(({ Action }) => Action);
    expect(actionsOf("Chat")).toEqual(["dynamodb:UpdateItem", "kms:Decrypt", "dynamodb:Query"]);
    expect(actionsOf("Summary")).toEqual(["dynamodb:UpdateItem", "kms:Decrypt", "dynamodb:Query"]);

    const [kmsKey] = Object.values(template.findResources("AWS::KMS::Key"));
    const { Statement } = (kmsKey?.["Properties"] as { KeyPolicy: { Statement: Admission[] } }).KeyPolicy;
    const roleArn = (name: string) => ({ "Fn::GetAtt": [expect.stringMatching(`^${name}Role`), "Arn"] });
    const opening = Statement.find(({ Sid }) => Sid === "OnlyOpeningRolesDecrypt");
    expect(opening?.Condition).toEqual({
      ArnNotEquals: { "aws:PrincipalArn": [roleArn("Chat"), roleArn("Summary")] },
    });
    template.hasResourceProperties("AWS::Lambda::Function", {
      Environment: { Variables: { WAXSEAL_STAGE: "dev", WAXSEAL_TABLE: { Ref: expectId(template) } } },
    });
  });

  test("must be there: a key that nobody could use, or that everybody could, is not made", () => {
    const { stack, providerKeys, fn } = applicationStack();
    providerKeys.grantStatus(fn("Status"));
    expect(() => Template.fromStack(stack)).toThrow(
      /call grantSave for at least one function[^]*call grantUse/,
    );
  });
});

interface Admission {
  readonly Sid: string;
  readonly Condition?: unknown;
}

function expectId(template: Template): string {
  return Object.keys(template.findResources("AWS::DynamoDB::Table")).join();
}
