import { describe, expect, test } from "vitest";
import { loadStack } from "../../../local/template.ts";
import { assembly, type Resources } from "./assembly.ts";

const RestApiId = { Ref: "Api" };
const template = (condition: string) =>
  `#set($origin = $input.params().header.get("Origin"))\n#if(${condition})\n  #set($context.x = $origin)\n#end`;

const method = (ResourceId: unknown, HttpMethod: string, integration: object = {}) => ({
  Type: "AWS::ApiGateway::Method",
  Properties: { RestApiId, ResourceId, HttpMethod, Integration: integration },
});
const resource = (ParentId: unknown, PathPart: string) => ({
  Type: "AWS::ApiGateway::Resource",
  Properties: { RestApiId, ParentId, PathPart },
});
const mock = (
  condition = '$origin == "https://b.test" || $origin == "https://c.test"',
  headers: object = {},
) => ({
  Type: "MOCK",
  IntegrationResponses: [
    {
      StatusCode: "204",
      ResponseParameters: {
        "method.response.header.Access-Control-Allow-Origin": "'https://a.test'",
        "method.response.header.Vary": "'Origin'",
        ...headers,
      },
      ResponseTemplates: { "application/json": template(condition) },
    },
  ],
});
const root = { "Fn::GetAtt": ["Api", "RootResourceId"] };
const api = (preflight: object = mock()): Resources => ({
  Api: { Type: "AWS::ApiGateway::RestApi", Properties: {} },
  Proxy: resource(root, "proxy"),
  Provider: resource({ Ref: "Proxy" }, "{provider}"),
  Get: method({ Ref: "Provider" }, "GET"),
  Options: method({ Ref: "Provider" }, "OPTIONS", preflight),
  Lost: {
    Type: "AWS::ApiGateway::GatewayResponse",
    Properties: {
      RestApiId,
      ResponseType: "MISSING_AUTHENTICATION_TOKEN",
      ResponseParameters: { "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" },
    },
  },
});
const gatewayOf = (written: Resources) => loadStack(assembly(written)).gateway;

describe("what the gateway answers itself", () => {
  test("preflights, by path, with their fixed headers and the other origins", () => {
    expect(gatewayOf(api())?.preflights).toEqual({
      "/proxy/{provider}": {
        status: 204,
        headers: { "access-control-allow-origin": "https://a.test", vary: "Origin" },
        origins: ["https://b.test", "https://c.test"],
      },
    });
  });

  test("the headers of its errors, by type", () => {
    const headers = { "access-control-allow-origin": "'*'" };
    expect(gatewayOf(api())?.answerHeaders).toEqual({ MISSING_AUTHENTICATION_TOKEN: headers });
  });

  test.each<[string, Resources, string]>([
    [
      "a condition of another kind",
      api(mock('$origin.matches("https://.*")')),
      "Options: #if($origin.matches",
    ],
    [
      "a header that is not fixed",
      api(mock(undefined, { "method.response.header.X": "integration.response.header.X" })),
      "Options: integration.response.header.X is no fixed header",
    ],
    [
      "a parameter that is no header",
      api(mock(undefined, { "method.response.body": "'x'" })),
      "Options: method.response.body is not supported",
    ],
    [
      "a resource that is not there",
      { ...api(), Options: method("None", "OPTIONS", mock()) },
      "no resource None",
    ],
  ])("%s is refused by name", (_what, written, message) => {
    expect(() => loadStack(assembly(written))).toThrow(message);
  });
});
