import type { Stage } from "aws-cdk-lib/aws-apigateway";
import { CfnWebACL, CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import type { Construct } from "constructs";

type Rule = CfnWebACL.RuleProperty;

/** Of one address in five minutes: many people may share one, behind a NAT or an application's own server. */
const requestsOfOneAddress = 10_000;

/**
 * A web ACL before the API's stage. Bodies are looked at everywhere but on `/proxy`: AWS's common rules block
 * those over 8 kB and what looks like code, which prompts and files are.
 */
export function addWebAcl(scope: Construct, stage: Stage, name: string): void {
  const webAcl = new CfnWebACL(scope, "WebAcl", {
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    visibilityConfig: visibility(name),
    rules: [
      // It looks at the address alone.
      managed(name, 0, "AWSManagedRulesAmazonIpReputationList"),
      rateByAddress(name, 1),
      managed(name, 2, "AWSManagedRulesCommonRuleSet", notOnProxy),
      managed(name, 3, "AWSManagedRulesKnownBadInputsRuleSet", notOnProxy),
    ],
  });
  new CfnWebACLAssociation(scope, "WebAclAssociation", {
    resourceArn: stage.stageArn,
    webAclArn: webAcl.attrArn,
  });
}

/**
 * Wherever `/proxy/` stands in the path: before it is the stage's name at the API's own host and nothing, or a
 * base path, at a custom domain. Decoded first, since API Gateway may find the route of an encoded path
 * too. What else has `/proxy/` in it is no route, or one of a provider named `proxy`.
 */
const notOnProxy: CfnWebACL.StatementProperty = {
  notStatement: {
    statement: {
      byteMatchStatement: {
        searchString: "/proxy/",
        positionalConstraint: "CONTAINS",
        fieldToMatch: { uriPath: {} },
        textTransformations: [{ priority: 0, type: "URL_DECODE" }],
      },
    },
  },
};

function managed(
  aclName: string,
  priority: number,
  group: string,
  scopeDownStatement?: CfnWebACL.StatementProperty,
): Rule {
  return {
    name: group,
    priority,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name: group,
        ...(scopeDownStatement ? { scopeDownStatement } : {}),
      },
    },
    visibilityConfig: visibility(`${aclName}-${group}`),
  };
}

function rateByAddress(aclName: string, priority: number): Rule {
  return {
    name: "RateByAddress",
    priority,
    action: { block: {} },
    statement: {
      rateBasedStatement: {
        aggregateKeyType: "IP",
        limit: requestsOfOneAddress,
        evaluationWindowSec: 300,
      },
    },
    visibilityConfig: visibility(`${aclName}-RateByAddress`),
  };
}

/**
 * Counts, and keeps no request: samples have all headers in them, tokens too, and can redact none of them
 * (AWS WAF API reference, VisibilityConfig, read in November 2026). No log is configured for the same reason.
 */
function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName };
}
