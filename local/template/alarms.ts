/**
 * Alarms on lines that functions log, and whom they tell. Those that count single occurrences are run; of any other
 * the local system could not say when it goes off, and refuses it.
 */
import { denialOf } from "../aws/iam/authorise.ts";
import { serviceCaller } from "../aws/caller.ts";
import { localAccountId, type AlarmResource, type LocalStack, type MetricFilterResource } from "../stack.ts";
import { asList, asObject, asOneOf, asText, asTexts, onlyKnown, TemplateError } from "./read.ts";
import type { Resource } from "./resources.ts";
import { bucketPolicyStatements } from "./statements.ts";

export function alarmsOf(resources: {
  readonly alarms: readonly Resource[];
  readonly metricFilters: readonly Resource[];
  readonly topics: readonly Resource[];
  readonly topicPolicies: readonly Resource[];
}): Pick<LocalStack, "alarms" | "metricFilters"> {
  const metricFilters = resources.metricFilters.map(metricFilter);
  for (const { logicalId, properties } of resources.topics)
    onlyKnown(properties, ["DisplayName", "Tags"], logicalId);
  const alarms = resources.alarms.map((resource) => {
    const made = alarm(resource);
    if (!metricFilters.some(({ metric }) => metric === made.metric))
      throw new TemplateError(resource.logicalId, `no metric filter makes the metric ${made.metric}`);
    for (const topic of made.topics) assertPublishes(resource, topic, resources);
    return made;
  });
  return { alarms, metricFilters };
}

/** CloudWatch Logs User Guide, "Filter pattern syntax": the value of one member of a JSON line. */
function metricFilter({ logicalId, properties }: Resource): MetricFilterResource {
  const { FilterPattern, LogGroupName, MetricTransformations, ...others } = properties;
  onlyKnown(others, ["FilterName"], logicalId);
  const pattern = asText(FilterPattern, `${logicalId}.FilterPattern`);
  const [, path, value] = /^\{ \$((?:\.\w+)+) = "([^"*\\]*)" \}$/.exec(pattern) ?? [];
  if (path === undefined || value === undefined)
    throw new TemplateError(logicalId, "this filter pattern is not supported by the local system");
  const [transformation, ...more] = asList(MetricTransformations, `${logicalId}.MetricTransformations`);
  const where = `${logicalId}.MetricTransformations[0]`;
  const { MetricName, MetricNamespace, MetricValue, ...rest } = asObject(transformation, where);
  onlyKnown(rest, [], where);
  asOneOf(MetricValue, ["1"], `${where}.MetricValue`);
  if (more.length > 0) throw new TemplateError(where, "must be the only one");
  return {
    logGroup: asText(LogGroupName, `${logicalId}.LogGroupName`),
    path: path.slice(1).split("."),
    value,
    metric: `${asText(MetricNamespace, where)}/${asText(MetricName, where)}`,
  };
}

/** What makes an alarm one that goes off with the first occurrence within a minute. */
const single: Readonly<Record<string, unknown>> = {
  ComparisonOperator: "GreaterThanOrEqualToThreshold",
  EvaluationPeriods: 1,
  Period: 60,
  Statistic: "Sum",
  Threshold: 1,
  TreatMissingData: "notBreaching",
};

function alarm({ logicalId, id, properties }: Resource): AlarmResource {
  const { AlarmActions = [], AlarmDescription = "", MetricName, Namespace, ...others } = properties;
  onlyKnown(others, [...Object.keys(single), "AlarmName", "Tags"], logicalId);
  for (const [name, value] of Object.entries(single))
    if (properties[name] !== value)
      throw new TemplateError(logicalId, `${name} must be ${String(value)} on the local system`);
  return {
    name: id,
    description: asText(AlarmDescription, `${logicalId}.AlarmDescription`),
    metric: `${asText(Namespace, logicalId)}/${asText(MetricName, logicalId)}`,
    topics: asTexts(AlarmActions, `${logicalId}.AlarmActions`),
  };
}

/** CloudWatch says nothing of an action that a topic refuses: better seen here. */
function assertPublishes(
  { logicalId, arn }: Resource,
  topicArn: string,
  { topics, topicPolicies }: { topics: readonly Resource[]; topicPolicies: readonly Resource[] },
): void {
  if (!topics.some(({ id }) => id === topicArn))
    throw new TemplateError(logicalId, "an alarm's action must be a topic of the stack, on the local system");
  const policies = topicPolicies.filter(({ properties }) =>
    asTexts(properties["Topics"], logicalId).includes(topicArn),
  );
  // A topic without a policy of its own lets in its account.
  if (policies.length === 0) return;
  const reason = denialOf({
    caller: serviceCaller("cloudwatch.amazonaws.com"),
    action: "sns:Publish",
    resourceArn: topicArn,
    conditionKeys: { "aws:SourceArn": arn, "aws:SourceAccount": localAccountId },
    resourcePolicy: policies.flatMap((policy) =>
      bucketPolicyStatements(policy.properties["PolicyDocument"], policy.logicalId),
    ),
  });
  if (reason !== undefined)
    throw new TemplateError(logicalId, `its topic does not let CloudWatch in ${reason}`);
}
