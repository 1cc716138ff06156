import { describe, expect, test } from "vitest";
import { routes } from "../../lib/routes.ts";
import { ofType, synthesised, testSettings } from "./synthesised.ts";

const stack = synthesised({ ...testSettings, waf: "on" });

interface Rule {
  readonly Name: string;
  readonly Statement: {
    readonly ManagedRuleGroupStatement?: { readonly Name: string; readonly ScopeDownStatement?: unknown };
    readonly RateBasedStatement?: unknown;
  };
  readonly VisibilityConfig: unknown;
}

const [webAcl] = ofType(stack, "AWS::WAFv2::WebACL");
const rules = (webAcl?.[1].Properties["Rules"] ?? []) as Rule[];

/** Looks at nothing but the address (AWS WAF, "IP reputation rule groups"). */
const byAddress = "AWSManagedRulesAmazonIpReputationList";

/** Groups that may look at a body: all whose rules are not known here to look at the address alone. */
const bodyRules = rules
  .map(({ Statement }) => Statement.ManagedRuleGroupStatement)
  .filter((group) => group !== undefined && group.Name !== byAddress);

/** As WAF evaluates the one statement that is used here. */
function isInScope(scopeDown: unknown, path: string): boolean {
  expect(scopeDown).toEqual({
    NotStatement: {
      Statement: {
        ByteMatchStatement: {
          SearchString: expect.any(String) as string,
          PositionalConstraint: "CONTAINS",
          FieldToMatch: { UriPath: {} },
          TextTransformations: [{ Priority: 0, Type: "URL_DECODE" }],
        },
      },
    },
  });
  const { SearchString } = (
    scopeDown as { NotStatement: { Statement: { ByteMatchStatement: { SearchString: string } } } }
  ).NotStatement.Statement.ByteMatchStatement;
  return !decodeURIComponent(path).includes(SearchString);
}

describe("the web ACL", () => {
  test("is not there unless it is turned on", () => {
    const without = Object.values(synthesised().resources).map(({ Type }) => Type);
    expect(without.filter((type) => type.startsWith("AWS::WAFv2"))).toEqual([]);
  });

  test("stands before the API's stage, and lets through what no rule blocks", () => {
    expect(webAcl?.[1].Properties).toMatchObject({ Scope: "REGIONAL", DefaultAction: { Allow: {} } });
    const associations = ofType(stack, "AWS::WAFv2::WebACLAssociation");
    expect(associations.map(([, { Properties }]) => Properties)).toEqual([
      {
        ResourceArn:
          "arn:<AWS::Partition>:apigateway:<AWS::Region>::/restapis/<GatewayApi>/stages/<GatewayApiDeploymentStagedev>",
        WebACLArn: "<GatewayWebAcl.Arn>",
      },
    ]);
  });

  test("has AWS's lists of bad addresses, common attacks and known bad inputs, and a rate for each address", () => {
    expect(rules.map(({ Name }) => Name)).toEqual([
      ...[byAddress, "RateByAddress", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"],
    ]);
    expect(rules[1]?.Statement.RateBasedStatement).toEqual({
      AggregateKeyType: "IP",
      EvaluationWindowSec: 300,
      Limit: 10_000,
    });
  });

  test.each([
    ["at the API's own host", "/dev/proxy/openai/v1/chat/completions"],
    ["at a custom domain", "/proxy/openai/v1/chat/completions"],
    ["under a base path", "/api/keys/proxy/openai/v1/chat/completions"],
    ["encoded", "/dev/%70roxy/openai/v1/chat/completions"],
    ["with a named key", "/dev/proxy/openai@work/v1/files"],
  ])("has no rule that sees a body on /proxy: %s", (_where, path) => {
    expect(bodyRules).toHaveLength(2);
    for (const group of bodyRules) expect(isInScope(group?.ScopeDownStatement, path)).toBe(false);
  });

  test("has its body rules on every other route", () => {
    for (const { path, streams } of routes) {
      for (const group of bodyRules)
        expect(isInScope(group?.ScopeDownStatement, `/dev${path}`)).toBe(streams === undefined);
    }
  });

  test("keeps no request: neither samples nor logs, which have the tokens in their headers", () => {
    const configured = [
      webAcl?.[1].Properties["VisibilityConfig"],
      ...rules.map((rule) => rule.VisibilityConfig),
    ];
    expect(configured).toHaveLength(5);
    for (const config of configured) expect(config).toMatchObject({ SampledRequestsEnabled: false });
    expect(ofType(stack, "AWS::WAFv2::LoggingConfiguration")).toEqual([]);
  });
});
