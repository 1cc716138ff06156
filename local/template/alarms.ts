/** Metric filters and the alarms on their metrics (CloudFormation, "AWS::Logs::MetricFilter", "AWS::CloudWatch::Alarm"). */
import type { AlarmResource, MetricFilterResource } from "../stack.ts";
import { asList, asObject, asText, TemplateError } from "./read.ts";
import type { Resource } from "./resources.ts";

/** One form is known: that a member of a line of JSON is a text. */
const form = /^\{ \$\.([\w.]+) = "([^"\\]+)" \}$/;

export function metricFilter({ logicalId, properties }: Resource): MetricFilterResource {
  const pattern = asText(properties["FilterPattern"], `${logicalId}.FilterPattern`);
  const [, path, value] = form.exec(pattern) ?? [];
  if (path === undefined || value === undefined)
    throw new TemplateError(`${logicalId}.FilterPattern`, "this form is not supported by the local system");
  const [transformation] = asList(properties["MetricTransformations"], logicalId);
  const { MetricName, MetricNamespace } = asObject(transformation, logicalId);
  const logGroup = asText(properties["LogGroupName"], `${logicalId}.LogGroupName`);
  return { logGroup, path: path.split("."), value, metric: metricOf(MetricNamespace, MetricName, logicalId) };
}

/** Those of other metrics than filters make are left out: nothing here makes these. */
export function alarm({ logicalId, properties }: Resource): AlarmResource | undefined {
  const { Namespace, MetricName, AlarmActions = [], AlarmDescription = "" } = properties;
  if (Namespace === undefined || asText(Namespace, logicalId).startsWith("AWS/")) return undefined;
  return {
    name: logicalId,
    description: asText(AlarmDescription, logicalId),
    metric: metricOf(Namespace, MetricName, logicalId),
    topics: asList(AlarmActions, logicalId).map((action) => asText(action, logicalId)),
  };
}

function metricOf(namespace: unknown, name: unknown, where: string): string {
  return `${asText(namespace, where)}/${asText(name, where)}`;
}
