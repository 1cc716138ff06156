import { expect, onTestFinished, test } from "vitest";
import { startAwsEndpoint } from "../../../local/aws/endpoint.ts";
import { EventRules } from "../../../local/events/rules.ts";
import type { RuleResource } from "../../../local/stack.ts";
import { emptyStack } from "../../contract/stack.ts";

const functionArn = "arn:aws:lambda:us-east-1:111122223333:function:rewrap:live";
const ruleOf = (name: string, more: Partial<RuleResource>): RuleResource => ({
  name,
  arn: `arn:aws:events:us-east-1:111122223333:rule/${name}`,
  enabled: true,
  targets: [{ functionArn, input: JSON.stringify({ from: name }) }],
  ...more,
});

function rulesOf(...resources: RuleResource[]) {
  const sent: unknown[] = [];
  const began = new Date("2026-11-25T10:17:30Z");
  const deliver = (arn: string, payload: string) => void sent.push([arn, JSON.parse(payload)]);
  const rules = new EventRules(resources, deliver, () => began);
  onTestFinished(() => rules.close());
  const at = (time: string) => {
    sent.length = 0;
    rules.passTime(new Date(`2026-11-25T${time}Z`));
    return sent.map((one) => ((one as unknown[])[1] as { from: string }).from);
  };
  return { rules, sent, at };
}

test("scheduled rules fire once, in their minute", () => {
  const { at } = rulesOf(
    ruleOf("rate", { schedule: "rate(2 minutes)" }),
    ruleOf("cron", { schedule: "cron(19 10 * * ? *)" }),
    ruleOf("off", { schedule: "rate(1 minute)", enabled: false }),
  );
  expect(at("10:17:59")).toEqual([]);
  expect(at("10:18:01")).toEqual([]);
  expect(at("10:19:00")).toEqual(["rate", "cron"]);
  expect(at("10:19:30")).toEqual([]);
  expect(at("10:21:00")).toEqual(["rate"]);
});

test("a target without an input gets the event that EventBridge sends", () => {
  const { rules, sent } = rulesOf(ruleOf("plain", { targets: [{ functionArn }] }));
  expect(rules.fire("plain")).toBe(true);
  expect(sent).toEqual([
    [
      functionArn,
      expect.objectContaining({
        source: "aws.events",
        "detail-type": "Scheduled Event",
        resources: ["arn:aws:events:us-east-1:111122223333:rule/plain"],
        detail: {},
      }),
    ],
  ]);
});

test("a rule with a pattern fires for the events that match all of it", () => {
  const pattern = { source: ["aws.kms", "mine"], resources: ["arn:a"], detail: { state: ["done", 1] } };
  const { rules, sent } = rulesOf(ruleOf("pattern", { pattern, targets: [{ functionArn }] }));
  const event = { source: "aws.kms", resources: ["arn:b", "arn:a"], detail: { state: "done", more: 1 } };
  rules.put(event);
  rules.put({ ...event, detail: { state: 1 } });
  expect(sent).toHaveLength(2);
  expect(sent[0]).toEqual([functionArn, expect.objectContaining(event)]);
  for (const other of [
    { source: "aws.ec2" },
    { resources: [] },
    { detail: { state: "new" } },
    { detail: "done" },
  ])
    rules.put({ ...event, ...other });
  expect(sent).toHaveLength(2);
});

test("calls by CloudTrail that only read reach the rules that ask for all, changes every rule", () => {
  const pattern = { source: ["aws.kms"] };
  const all = { allManagementEvents: true };
  const { rules, sent } = rulesOf(ruleOf("plain", { pattern }), ruleOf("all", { pattern, ...all }));
  const call = (readOnly: boolean) => ({
    source: "aws.kms",
    "detail-type": "AWS API Call via CloudTrail",
    detail: { readOnly },
  });
  const names = () => sent.splice(0).map((one) => ((one as unknown[])[1] as { from: string }).from);
  rules.put(call(true));
  expect(names()).toEqual(["all"]);
  rules.put(call(false));
  expect(names()).toEqual(["plain", "all"]);
  rules.put({ ...call(true), "detail-type": "KMS CMK Rotation" });
  expect(names()).toEqual(["plain", "all"]);
});

test("the endpoint's page fires a rule at once, and knows no other", async () => {
  const { rules, sent } = rulesOf(ruleOf("nightly", { schedule: "rate(1 day)" }));
  const endpoint = await startAwsEndpoint({
    stack: emptyStack,
    port: 0,
    fireRule: (name) => rules.fire(name),
  });
  onTestFinished(() => endpoint.close());
  const fire = (name: string) => fetch(`${endpoint.url}/_rules/${name}/fire`, { method: "POST" });
  expect((await fire("nightly")).status).toBe(200);
  expect(sent).toEqual([[functionArn, { from: "nightly" }]]);
  expect((await fire("daily")).ok).toBe(false);
  expect(sent).toHaveLength(1);
});
