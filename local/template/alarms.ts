/**
 * Alarms on lines that functions log, and on what Lambda counts of them, and whom they tell. Those that count single
 * occurrences are run; of any other the local system could not say when it goes off, and refuses it, but for what is
 * known not to be measured here.
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
  const alarms = resources.alarms.flatMap((resource) => {
    const { logicalId, properties } = resource;
    const topics = asTexts(properties["AlarmActions"] ?? [], `${logicalId}.AlarmActions`);
    for (const topic of topics) assertPublishes(resource, topic, resources);
    if (isUnmeasured(properties)) return [];
    const made = { ...alarm(resource), topics };
    const isMade = metricFilters.some(({ metric }) => metric === made.metric);
    if (!isMade && !made.metric.startsWith(`${ofLambda}/`))
      throw new TemplateError(logicalId, `no metric filter makes the metric ${made.metric}`);
    return [made];
  });
  return { alarms, metricFilters };
}

const ofLambda = "AWS/Lambda";
/** By what the local system counts each. */
const counted: Readonly<Record<string, string>> = {
  Errors: "FunctionName",
  OnFailureDestinationDeliveredEventCount: "EventSourceMappingUUID",
  DestinationDeliveryFailures: "FunctionName",
};

/** On one machine everything is invoked, or is not there at all; and nobody waits for hours to see what is late. */
function isUnmeasured({ Namespace, MetricName }: Resource["properties"]): boolean {
  return Namespace === ofLambda && ["IteratorAge", "Invocations"].includes(String(MetricName));
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

function alarm({ logicalId, id, properties }: Resource): Omit<AlarmResource, "topics"> {
  const {
    AlarmActions: _actions,
    AlarmDescription = "",
    MetricName,
    Namespace,
    Dimensions,
    ...others
  } = properties;
  onlyKnown(others, [...Object.keys(single), "AlarmName", "Tags"], logicalId);
  for (const [name, value] of Object.entries(single))
    if (properties[name] !== value)
      throw new TemplateError(logicalId, `${name} must be ${String(value)} on the local system`);
  const where = [asText(Namespace, logicalId), ...dimensionOf(Dimensions, MetricName, Namespace, logicalId)];
  return {
    name: id,
    description: asText(AlarmDescription, `${logicalId}.AlarmDescription`),
    metric: [...where, asText(MetricName, logicalId)].join("/"),
  };
}

/** Of what of Lambda's: a function, a mapping. */
function dimensionOf(
  dimensions: unknown,
  metricName: unknown,
  namespace: unknown,
  logicalId: string,
): string[] {
  const wanted = namespace === ofLambda ? counted[String(metricName)] : undefined;
  if (wanted === undefined && dimensions === undefined) return [];
  if (wanted === undefined)
    throw new TemplateError(logicalId, "Dimensions is not supported by the local system");
  const where = `${logicalId}.Dimensions`;
  const [dimension, ...more] = asList(dimensions, where);
  const { Name, Value } = asObject(dimension, where);
  if (more.length > 0 || Name !== wanted) throw new TemplateError(where, `must be one ${wanted}`);
  return [asText(Value, where)];
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
