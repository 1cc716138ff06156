/** Event source mappings of DynamoDB streams (CloudFormation, "AWS::Lambda::EventSourceMapping"). */
import type { EventSourceMappingResource } from "../stack.ts";
import { functionArn } from "./names.ts";
import { patternOf } from "./pattern.ts";
import {
  asList,
  asNumber,
  asObject,
  asOneOf,
  asText,
  onlyKnown,
  TemplateError,
  type JsonObject,
} from "./read.ts";
import type { Resource } from "./resources.ts";

const defaults = {
  BatchSize: 100,
  MaximumBatchingWindowInSeconds: 0,
  ParallelizationFactor: 1,
  MaximumRetryAttempts: -1,
  MaximumRecordAgeInSeconds: -1,
};
/** Counted or not, which says nothing of what is delivered. */
const unread = ["Enabled", "MetricsConfig", "Tags"];
const filterable = ["dynamodb", "eventName", "userIdentity"];

export function eventSourceMapping({ logicalId, id, properties }: Resource): EventSourceMappingResource {
  const { EventSourceArn, FunctionName, StartingPosition, ...others } = properties;
  const { BisectBatchOnFunctionError, FunctionResponseTypes, FilterCriteria, DestinationConfig, ...rest } =
    others;
  onlyKnown(rest, [...Object.keys(defaults), ...unread], logicalId);
  if (properties["Enabled"] === false)
    throw new TemplateError(logicalId, "a mapping that is not enabled is not supported by the local system");
  const number = (name: keyof typeof defaults) =>
    asNumber(rest[name] ?? defaults[name], `${logicalId}.${name}`);
  const onFailureBucket = bucketOf(DestinationConfig, `${logicalId}.DestinationConfig`);
  const filters = filtersOf(FilterCriteria, `${logicalId}.FilterCriteria`);
  return {
    logicalId,
    uuid: id,
    streamArn: streamArnIn(EventSourceArn, logicalId),
    functionArn: functionArn(asText(FunctionName, `${logicalId}.FunctionName`)),
    startingPosition: asOneOf(StartingPosition, ["TRIM_HORIZON", "LATEST"], `${logicalId}.StartingPosition`),
    batchSize: number("BatchSize"),
    batchingWindowSeconds: number("MaximumBatchingWindowInSeconds"),
    parallelizationFactor: number("ParallelizationFactor"),
    maxRetries: number("MaximumRetryAttempts"),
    maxRecordAgeSeconds: number("MaximumRecordAgeInSeconds"),
    bisectsOnError: BisectBatchOnFunctionError === true,
    reportsItemFailures: reportsItemFailures(FunctionResponseTypes, logicalId),
    ...(filters && { filters }),
    ...(onFailureBucket !== undefined && { onFailureBucket }),
  };
}

function streamArnIn(value: unknown, logicalId: string): string {
  const arn = asText(value, `${logicalId}.EventSourceArn`);
  if (/^arn:aws:dynamodb:[^:]*:[^:]*:table\/[^/]+\/stream\//.test(arn)) return arn;
  throw new TemplateError(logicalId, "only streams of DynamoDB are supported by the local system");
}

function reportsItemFailures(types: unknown, logicalId: string): boolean {
  const where = `${logicalId}.FunctionResponseTypes`;
  return (
    asList(types ?? [], where).map((type) => asOneOf(type, ["ReportBatchItemFailures"], where)).length > 0
  );
}

function filtersOf(value: unknown, where: string): EventSourceMappingResource["filters"] {
  if (value === undefined) return undefined;
  const { Filters, ...others } = asObject(value, where);
  onlyKnown(others, [], where);
  return asList(Filters, where).map((filter) => {
    const pattern = patternOf(jsonIn(asObject(filter, where)["Pattern"], where), where);
    onlyKnown(pattern, filterable, where);
    return pattern;
  });
}

function jsonIn(value: unknown, where: string): JsonObject {
  try {
    return asObject(JSON.parse(asText(value, where)), where);
  } catch {
    throw new TemplateError(where, "a filter's pattern must be JSON, an object");
  }
}

function bucketOf(value: unknown, where: string): string | undefined {
  if (value === undefined) return undefined;
  const destination = asText(asObject(asObject(value, where)["OnFailure"], where)["Destination"], where);
  const [, bucket] = /^arn:aws:s3:::([^/]+)$/.exec(destination) ?? [];
  if (bucket !== undefined) return bucket;
  throw new TemplateError(where, "only a bucket is supported by the local system");
}
