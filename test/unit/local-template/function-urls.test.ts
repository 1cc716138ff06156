import { describe, expect, test } from "vitest";
import { loadStack } from "../../../local/template.ts";
import { assembly, resources, type Resources } from "./assembly.ts";

const arn = "arn:aws:lambda:us-east-1:111122223333:function:waxseal-dev-provider-proxy";
const role = "arn:aws:iam::111122223333:role/chat-backend";
const FunctionName = { "Fn::GetAtt": ["Function", "Arn"] };
const permission = (properties: object) => ({
  Type: "AWS::Lambda::Permission",
  Properties: { FunctionName, Action: "lambda:InvokeFunction", Principal: role, ...properties },
});
const withUrl = (more: Resources = {}, properties: object = {}): Resources => ({
  ...resources,
  Url: {
    Type: "AWS::Lambda::Url",
    Properties: { AuthType: "AWS_IAM", TargetFunctionArn: FunctionName, ...properties },
  },
  ...more,
});
const urlOf = (written: Resources) => loadStack(assembly(written)).functions[0]?.url;

describe("a function's URL", () => {
  test("is absent where the template has none", () => {
    expect(loadStack(assembly()).functions[0]).not.toHaveProperty("url");
  });

  test("answers whole, or as a stream", () => {
    expect(urlOf(withUrl())).toEqual({ invokeMode: "BUFFERED", policy: [] });
    expect(urlOf(withUrl({}, { InvokeMode: "RESPONSE_STREAM" }))?.invokeMode).toBe("RESPONSE_STREAM");
  });

  test("has the policy that the template's permissions make, without API Gateway's", () => {
    const api = { Principal: "apigateway.amazonaws.com", SourceArn: "arn:aws:execute-api:::x" };
    const written = withUrl({
      ToUrl: permission({ Action: "lambda:InvokeFunctionUrl", FunctionUrlAuthType: "AWS_IAM" }),
      ToFunction: permission({ InvokedViaFunctionUrl: true }),
      OfApi: permission(api),
    });
    const common = { effect: "Allow", principals: [role], resources: [arn] };
    expect(urlOf(written)?.policy).toEqual([
      {
        ...common,
        sid: "ToUrl",
        actions: ["lambda:InvokeFunctionUrl"],
        conditions: { StringEquals: { "lambda:FunctionUrlAuthType": ["AWS_IAM"] } },
      },
      {
        ...common,
        sid: "ToFunction",
        actions: ["lambda:InvokeFunction"],
        conditions: { Bool: { "lambda:InvokedViaFunctionUrl": ["true"] } },
      },
    ]);
  });

  test.each<[string, Resources, string]>([
    ["no authorization", withUrl({}, { AuthType: "NONE" }), "Url.AuthType: must be one of AWS_IAM"],
    ["CORS of its own", withUrl({}, { Cors: {} }), "Url: Cors is not supported"],
    ["an alias", withUrl({}, { Qualifier: "live" }), "Url: Qualifier is not supported"],
    [
      "another service as principal",
      withUrl({ P: permission({ Principal: "s3.amazonaws.com" }) }),
      "P: the principal s3.amazonaws.com is no ARN",
    ],
    [
      "an organisation",
      withUrl({ P: permission({ PrincipalOrgID: "o-1" }) }),
      "P: PrincipalOrgID is not supported",
    ],
  ])("with %s is refused by name", (_what, written, message) => {
    expect(() => loadStack(assembly(written))).toThrow(message);
  });
});
