import { describe, expect, test } from "vitest";
import { exposedHeaders } from "../../lib/cors.ts";
import { gatewayProblems, routes } from "../../lib/routes.ts";
import { ofType, pathOf, synthesised, testSettings } from "./synthesised.ts";

const [app, other] = ["https://app.test", "https://other.test"];
const one = synthesised({ ...testSettings, allowedOrigins: [app] });
const several = synthesised({ ...testSettings, allowedOrigins: [app, other] });

interface Mock {
  readonly Type: string;
  readonly IntegrationResponses: readonly {
    readonly StatusCode: string;
    readonly ResponseParameters: Readonly<Record<string, string>>;
    readonly ResponseTemplates?: Readonly<Record<string, string>>;
  }[];
}

const preflightsOf = (stack: typeof one) =>
  ofType(stack, "AWS::ApiGateway::Method")
    .filter(([, { Properties }]) => Properties["HttpMethod"] === "OPTIONS")
    .map(([, { Properties }]) => ({
      path: pathOf(stack, Properties["ResourceId"]),
      integration: Properties["Integration"] as Mock,
      authorization: Properties["AuthorizationType"],
    }));

const answersOf = (stack: typeof one) =>
  ofType(stack, "AWS::ApiGateway::GatewayResponse").map(([, { Properties }]) => Properties);

const header = (name: string) => `method.response.header.${name}`;

describe("preflights", () => {
  test("are answered by API Gateway on every route, with its methods, without a token", () => {
    const preflights = preflightsOf(one);
    const paths = [...new Set(routes.map(({ path }) => path))];
    expect(preflights.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
    for (const { path, integration, authorization } of preflights) {
      const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
      expect(authorization).toBe("NONE");
      expect(integration.Type).toBe("MOCK");
      expect(integration.IntegrationResponses).toEqual([
        {
          StatusCode: "204",
          ResponseParameters: {
            [header("Access-Control-Allow-Origin")]: `'${app}'`,
            [header("Access-Control-Allow-Methods")]:
              `'${(methods[0] === "ANY" ? ["GET", "POST", "DELETE"] : methods).join(",")}'`,
            [header("Access-Control-Allow-Headers")]: "'*,authorization'",
            [header("Access-Control-Max-Age")]: "'7200'",
            [header("Vary")]: "'Origin'",
          },
        },
      ]);
    }
  });

  test("name the origin that asks, where it is another of those that may", () => {
    for (const { integration } of preflightsOf(several)) {
      const [response] = integration.IntegrationResponses;
      expect(response?.ResponseParameters[header("Access-Control-Allow-Origin")]).toBe(`'${app}'`);
      const [template] = Object.values(response?.ResponseTemplates ?? {});
      expect(template).toContain(`#if($origin == "${other}")`);
      expect(template).toContain("responseOverride.header.Access-Control-Allow-Origin = $origin");
    }
  });

  test("are not there where no page may call", () => {
    expect(preflightsOf(synthesised())).toEqual([]);
  });
});

describe("the gateway's own answers", () => {
  const allowed = "gatewayresponse.header.Access-Control-Allow-Origin";

  test("can be read by the one page that may call, all of them", () => {
    const answers = answersOf(one);
    expect(answers.map(({ ResponseType }) => ResponseType)).toEqual(Object.keys(gatewayProblems));
    for (const { ResponseParameters } of answers)
      expect(ResponseParameters).toEqual({
        [allowed]: `'${app}'`,
        "gatewayresponse.header.Access-Control-Expose-Headers": `'${exposedHeaders.join(", ")}'`,
      });
  });

  test("can be read by any page where several may call: they cannot tell which one asks, and are constant", () => {
    for (const { ResponseParameters } of answersOf(several))
      expect(ResponseParameters).toMatchObject({ [allowed]: "'*'" });
  });
});

test("credentials are never allowed across origins", () => {
  for (const stack of [one, several])
    expect(JSON.stringify(stack.resources)).not.toMatch(/access-control-allow-credentials/i);
});
