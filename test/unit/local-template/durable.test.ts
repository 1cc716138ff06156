/** From the CDK itself, so that what it writes is what is read. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App, Duration, Stack } from "aws-cdk-lib";
import { EventField, Rule, RuleTargetInput, Schedule, type RuleProps } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Alias, Code, Function, Runtime, type IFunction, type IVersion } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { expect, onTestFinished, test } from "vitest";
import { loadStack } from "../../../local/template.ts";
import { assembly, resources } from "./assembly.ts";

const arn = "arn:aws:lambda:us-east-1:111122223333:function:waxseal-dev-rewrap";

function synthesized(rules: (alias: IFunction) => Readonly<Record<string, RuleProps>>) {
  const folder = mkdtempSync(path.join(tmpdir(), "waxseal-durable-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, "rewrap.mjs"), "export const handler = () => undefined;");
  const context = {
    "aws:cdk:enable-asset-metadata": true,
    "@aws-cdk/core:validateAgainstDefaultRules": false,
  };
  const app = new App({ outdir: path.join(folder, "out"), analyticsReporting: false, context });
  const stack = new Stack(app, "Waxseal-dev");
  const fn = new Function(stack, "Rewrap", {
    functionName: "waxseal-dev-rewrap",
    runtime: Runtime.NODEJS_24_X,
    code: Code.fromAsset(folder, { exclude: ["out"] }),
    handler: "rewrap.handler",
    environment: { TOY: "yes" },
    role: new Role(stack, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") }),
    logGroup: new LogGroup(stack, "Logs"),
    memorySize: 512,
    timeout: Duration.minutes(5),
    durableConfig: { executionTimeout: Duration.days(2), retentionPeriod: Duration.days(30) },
  });
  const alias = new Alias(stack, "Live", {
    aliasName: "live",
    version: fn.currentVersion as IVersion,
    retryAttempts: 0,
  });
  for (const [id, props] of Object.entries(rules(alias as IFunction))) new Rule(stack, id, props);
  app.synth();
  return loadStack(path.join(folder, "out"));
}

test("a durable function has its timeouts, its version and its alias", () => {
  const [fn] = synthesized(() => ({})).functions;
  expect(fn).toMatchObject({
    arn,
    durable: { executionTimeoutSeconds: 172_800, retentionDays: 30 },
    versions: { "1": "1", live: "1" },
    asyncRetries: { live: 0 },
  });
});

test("a function that is not durable has none of that", () => {
  const [fn] = loadStack(assembly()).functions;
  for (const member of ["durable", "versions", "asyncRetries"]) expect(fn).not.toHaveProperty(member);
});

test("a rule has its schedule or pattern, and its targets by their qualified ARN", () => {
  const { rules } = synthesized((alias) => ({
    Yearly: {
      schedule: Schedule.rate(Duration.days(365)),
      targets: [
        new LambdaFunction(alias, { event: RuleTargetInput.fromObject({ job: "rewrap" }), retryAttempts: 3 }),
      ],
    },
    Rotated: {
      eventPattern: { source: ["aws.kms"], detail: { state: ["done"] } },
      targets: [new LambdaFunction(alias)],
    },
    Off: { enabled: false, schedule: Schedule.cron({ hour: "3", minute: "0" }) },
  }));
  const target = { functionArn: `${arn}:live` };
  const [yearly, rotated, off] = rules ?? [];
  expect(yearly).toMatchObject({
    enabled: true,
    schedule: "rate(365 days)",
    targets: [{ ...target, input: '{"job":"rewrap"}' }],
  });
  expect(yearly?.arn).toBe(`arn:aws:events:us-east-1:111122223333:rule/${yearly?.name ?? ""}`);
  expect(rotated).toMatchObject({
    pattern: { source: ["aws.kms"], detail: { state: ["done"] } },
    targets: [target],
  });
  expect(off).toMatchObject({ enabled: false, schedule: "cron(0 3 * * ? *)" });
});

test("a part of the event in a target's input is refused by name", () => {
  const event = RuleTargetInput.fromObject({ at: EventField.time });
  const rules = (alias: IFunction) => ({
    Rule: { schedule: Schedule.rate(Duration.days(1)), targets: [new LambdaFunction(alias, { event })] },
  });
  expect(() => synthesized(rules)).toThrow(/InputTransformer is not supported/);
});

const rule = (properties: object) => ({
  ...resources,
  Rule: { Type: "AWS::Events::Rule", Properties: properties },
});
const Arn = { "Fn::GetAtt": ["Function", "Arn"] };

test.each([
  ["a schedule that cannot be run here", { ScheduleExpression: "cron(0 3 L * ? *)" }, /day of month/],
  ["a content filter", { EventPattern: { source: [{ cidr: "10.0.0.0/8" }] } }, /content filter cidr/],
  ["an input that is no JSON", { Targets: [{ Id: "a", Arn, Input: "{" }] }, /must be JSON/],
  ["a target that would not admit it", { Targets: [{ Id: "a", Arn }] }, /does not let the rule invoke it/],
  ["a bus of its own", { EventBusName: "mine" }, /EventBusName/],
])("a rule with %s is refused", (_what, properties, message) => {
  expect(() => loadStack(assembly(rule(properties)))).toThrow(message);
});
