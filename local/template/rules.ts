/** EventBridge rules with functions as targets. */
import { parseSchedule } from "../events/schedule.ts";
import type { RuleResource, RuleTarget } from "../stack.ts";
import { functionArn } from "./names.ts";
import { patternOf } from "./pattern.ts";
import { asList, asObject, asOneOf, asText, onlyKnown, TemplateError } from "./read.ts";
import type { Resource } from "./resources.ts";

/** @throws TemplateError also for a rule that no permission lets invoke its target: it never would. */
export function eventRules(
  rules: readonly Resource[],
  permissions: readonly Resource[],
): readonly RuleResource[] {
  const admitted = permissions.flatMap(({ properties, logicalId }) => {
    const { Action, FunctionName, Principal, SourceArn } = properties;
    if (Principal !== "events.amazonaws.com" || Action !== "lambda:InvokeFunction") return [];
    return [`${asText(SourceArn, logicalId)} ${functionArn(asText(FunctionName, logicalId))}`];
  });
  return rules.map((resource) => {
    const rule = ruleOf(resource);
    for (const { functionArn: target } of rule.targets)
      if (!admitted.includes(`${rule.arn} ${target}`))
        throw new TemplateError(resource.logicalId, "the function's policy does not let the rule invoke it");
    return rule;
  });
}

function ruleOf({ logicalId, id, arn, properties }: Resource): RuleResource {
  const { EventPattern, ScheduleExpression, State = "ENABLED", Targets = [], ...others } = properties;
  onlyKnown(others, ["Description", "Name"], logicalId);
  const states = ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"] as const;
  const state = asOneOf(State, states, `${logicalId}.State`);
  const targets = asList(Targets, `${logicalId}.Targets`);
  return {
    name: id,
    arn,
    enabled: state !== "DISABLED",
    ...(state === "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" && { allManagementEvents: true }),
    ...(ScheduleExpression !== undefined && { schedule: scheduleOf(ScheduleExpression, logicalId) }),
    ...(EventPattern !== undefined && { pattern: patternOf(EventPattern, `${logicalId}.EventPattern`) }),
    targets: targets.map((target, index) => targetOf(target, `${logicalId}.Targets[${index}]`)),
  };
}

function scheduleOf(value: unknown, logicalId: string): string {
  const schedule = asText(value, `${logicalId}.ScheduleExpression`);
  try {
    parseSchedule(schedule);
  } catch (error) {
    throw new TemplateError(`${logicalId}.ScheduleExpression`, (error as Error).message);
  }
  return schedule;
}

function targetOf(value: unknown, where: string): RuleTarget {
  const { Arn, Input, ...others } = asObject(value, where);
  onlyKnown(others, ["Id", "RetryPolicy"], where);
  return {
    functionArn: asText(Arn, `${where}.Arn`),
    ...(Input !== undefined && { input: jsonText(Input, `${where}.Input`) }),
  };
}

function jsonText(value: unknown, where: string): string {
  const text = asText(value, where);
  try {
    JSON.parse(text);
  } catch {
    throw new TemplateError(where, "must be JSON");
  }
  return text;
}
