import { describe, expect, test } from "vitest";
import { problem } from "../../lib/problem.ts";
import { gatewayProblems, routes } from "../../lib/routes.ts";
import { besideAudit, ofType, pathOf, synthesised, testSettings, type Resource } from "./synthesised.ts";

const stack = synthesised();

interface Integration {
  readonly Type: string;
  readonly Uri: string;
  readonly ResponseTransferMode?: string;
  readonly TimeoutInMillis?: number;
}

const methods = ofType(stack, "AWS::ApiGateway::Method").map(([, { Properties }]) => ({
  method: Properties["HttpMethod"],
  path: pathOf(stack, Properties["ResourceId"]),
  integration: Properties["Integration"] as Integration,
}));

const byRoute = (one: { method: unknown; path: string }, other: { method: unknown; path: string }) =>
  `${one.path} ${String(one.method)}`.localeCompare(`${other.path} ${String(other.method)}`);

/** `provider-proxy` → `ProviderProxyFunction` */
const logicalIdOf = (name: string) =>
  `${name
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("")}Function`;

describe("the API's routes", () => {
  test("are those of the route table, each to its function, and no others", () => {
    const expected = routes.map((route) => ({
      method: route.method,
      path: route.path,
      integration: expect.objectContaining({
        Type: "AWS_PROXY",
        Uri: expect.stringContaining(`<${logicalIdOf(route.function)}.Arn>`) as string,
      }) as Integration,
    }));
    expect(methods.toSorted(byRoute)).toEqual(expected.toSorted(byRoute));
  });

  test("stream where the route table says so, as long as their function may run, and nowhere else", () => {
    const streaming = methods.filter(({ integration }) => integration.ResponseTransferMode === "STREAM");
    expect(streaming.map(({ path }) => path)).toEqual(
      routes.filter(({ streams }) => streams).map(({ path }) => path),
    );
    for (const { integration } of streaming) {
      expect(integration.TimeoutInMillis).toBe(310_000);
      expect(integration.Uri).toMatch(/\/response-streaming-invocations$/);
    }
    expect(stack.resources["ProviderProxyFunction"]?.Properties["Timeout"]).toBe(310);
  });

  test("may be invoked by this API only, each by its method and path", () => {
    const permissions = besideAudit(stack, "AWS::Lambda::Permission");
    expect(permissions).toHaveLength(routes.length);
    for (const [, { Properties }] of permissions) {
      expect(Properties["Principal"]).toBe("apigateway.amazonaws.com");
      expect(Properties["SourceArn"]).toMatch(
        /:<GatewayApi>\/<GatewayApiDeploymentStagedev>\/(\*|[A-Z]+)\/./,
      );
    }
  });

  test("let the proxy's binary bodies through", () => {
    expect(stack.resources["GatewayApi"]?.Properties["BinaryMediaTypes"]).toEqual([
      "multipart/form-data",
      "application/octet-stream",
    ]);
  });
});

describe("the gateway's own answers", () => {
  test("are problem documents, as the functions' are", () => {
    const answers = ofType(stack, "AWS::ApiGateway::GatewayResponse").map(([, { Properties }]) => Properties);
    const expected = Object.entries(gatewayProblems).map(([type, { status, code, title }]) => ({
      RestApiId: "<GatewayApi>",
      ResponseType: type,
      StatusCode: String(status),
      ResponseTemplates: { "application/problem+json": JSON.stringify(problem(status, code, title)) },
    }));
    expect(answers).toEqual(expected);
  });
});

describe("the API's stage", () => {
  const everyMethod = {
    HttpMethod: "*",
    ResourcePath: "/*",
    DataTraceEnabled: false,
    LoggingLevel: "OFF",
    ThrottlingRateLimit: 200,
    ThrottlingBurstLimit: 400,
  };

  test("is throttled and writes no execution logs, which would hold tokens", () => {
    const [stage] = ofType(stack, "AWS::ApiGateway::Stage");
    expect(stage?.[1].Properties).toMatchObject({ StageName: "dev", MethodSettings: [everyMethod] });
    expect(stage?.[1].Properties["AccessLogSetting"]).toBeUndefined();
  });

  test("is throttled as it is set", () => {
    const throttled = synthesised({ ...testSettings, stageRateLimit: 1000, stageBurstLimit: 2000 });
    const [stage] = ofType(throttled, "AWS::ApiGateway::Stage");
    const limits = { ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000 };
    expect(stage?.[1].Properties["MethodSettings"]).toEqual([{ ...everyMethod, ...limits }]);
  });

  test("leaves the account's own settings alone", () => {
    const types = Object.values(stack.resources).map(({ Type }: Resource) => Type);
    expect(types).not.toContain("AWS::ApiGateway::Account");
  });

  test("can write access logs, without query strings, headers or bodies", () => {
    const logging = synthesised(testSettings, { accessLogs: true });
    const [stage] = ofType(logging, "AWS::ApiGateway::Stage");
    const { Format } = stage?.[1].Properties["AccessLogSetting"] as { Format: string };
    expect(JSON.parse(Format)).toEqual({
      requestId: "$context.requestId",
      method: "$context.httpMethod",
      route: "$context.resourcePath",
      status: "$context.status",
      latencyMilliseconds: "$context.responseLatency",
    });
  });
});
