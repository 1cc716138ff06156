import { RemovalPolicy } from "aws-cdk-lib";
import { Topic } from "aws-cdk-lib/aws-sns";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, test } from "vitest";
import * as findings from "../../infra/findings.ts";
import { newApp } from "../../infra/synth.ts";
import { WaxsealStack } from "../../infra/waxseal-stack.ts";
import type { Settings } from "../../lib/settings.ts";
import { actingSettings, fixtureEntries, temporaryFolder, testSettings } from "./synthesised.ts";

function stackOf(app = newApp(temporaryFolder()), accessLogs = false, settings = testSettings) {
  return new WaxsealStack(app, "Waxseal-dev", { settings, entries: fixtureEntries, accessLogs });
}

/** All that can be turned on. */
const everything: Settings = {
  ...actingSettings,
  ...{ allowedOrigins: ["https://app.test"], waf: "on", rewrapSchedule: "rate(7 days)" },
  trail: "create",
};

/** `rule at construct` of everything that nobody acknowledged. */
function violationsOf(stack: WaxsealStack): string[] {
  const { violations } = new AwsSolutionsChecks(stack).validateScope(stack);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} at ${String(constructPath)}`),
  );
}

describe("cdk-nag's AwsSolutions", () => {
  test("finds nothing in the stack that is not acknowledged, with the least and with all", () => {
    expect(violationsOf(stackOf())).toEqual([]);
    expect(violationsOf(stackOf(newApp(temporaryFolder()), true, everything))).toEqual([]);
    const existing: Settings = {
      ...testSettings,
      trail: "existing",
      trailBucket: "trails",
      trailPrefix: "a/b",
    };
    expect(violationsOf(stackOf(newApp(temporaryFolder()), false, existing))).toEqual([]);
  });

  test("finds what is added, and stops the synthesis", () => {
    const app = newApp(temporaryFolder());
    const stack = stackOf(app);
    new Topic(stack, "Unencrypted").applyRemovalPolicy(RemovalPolicy.DESTROY);
    expect(violationsOf(stack)).toEqual([expect.stringMatching(/^AwsSolutions-SNS3 at /)]);
    expect(() => app.synth()).toThrow("AwsSolutions-SNS3");
  });

  test("has a reason for each finding that stands", () => {
    const { accept: _accept, ...accepted } = findings;
    const reasons = Object.values(accepted).flatMap((some) => Object.entries(some));
    expect(reasons.map(([rule]) => rule).toSorted()).toEqual([
      ...["AwsSolutions-APIG1", "AwsSolutions-APIG2", "AwsSolutions-APIG3", "AwsSolutions-APIG4"],
      ...["AwsSolutions-APIG6", "AwsSolutions-COG4", "AwsSolutions-DDB3"],
      ...["AwsSolutions-IAM5", "AwsSolutions-IAM5", "AwsSolutions-IAM5", "AwsSolutions-IAM5"],
      "AwsSolutions-S1",
    ]);
    for (const [, reason] of reasons) expect(reason.length).toBeGreaterThan(40);
  });
});
