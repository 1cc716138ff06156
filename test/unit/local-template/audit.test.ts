/** CloudFormation Template Reference: trails, alarms with their metric filters and topics, states of rules. */
import { describe, expect, test } from "vitest";
import { loadStack } from "../../../local/template.ts";
import { assembly, resources, type Resources } from "./assembly.ts";

const topicArn = "arn:aws:sns:us-east-1:111122223333:Waxseal-dev-Topic";
const statement = (Principal: unknown, more: object = {}) => ({
  Effect: "Allow",
  Principal,
  Action: "sns:Publish",
  Resource: { Ref: "Topic" },
  ...more,
});
const policyOf = (...Statement: unknown[]) => ({
  Type: "AWS::SNS::TopicPolicy",
  Properties: { PolicyDocument: { Version: "2012-10-17", Statement }, Topics: [{ Ref: "Topic" }] },
});
const alarmProperties = {
  AlarmActions: [{ Ref: "Topic" }],
  AlarmDescription: "Something bad",
  ComparisonOperator: "GreaterThanOrEqualToThreshold",
  EvaluationPeriods: 1,
  MetricName: "BAD",
  Namespace: "Waxseal/dev",
  Period: 60,
  Statistic: "Sum",
  Threshold: 1,
  TreatMissingData: "notBreaching",
};
const filterProperties = {
  FilterName: "save-BAD",
  FilterPattern: '{ $.fields.code = "BAD" }',
  LogGroupName: { Ref: "Logs" },
  MetricTransformations: [{ MetricName: "BAD", MetricNamespace: "Waxseal/dev", MetricValue: "1" }],
};

describe("alarms", () => {
  const written = (alarm: object = {}, filter: object = {}, more: Resources = {}): Resources => ({
    ...resources,
    Topic: { Type: "AWS::SNS::Topic", Properties: { DisplayName: "page" } },
    Filter: { Type: "AWS::Logs::MetricFilter", Properties: { ...filterProperties, ...filter } },
    Alarm: { Type: "AWS::CloudWatch::Alarm", Properties: { ...alarmProperties, ...alarm } },
    ...more,
  });
  const load = (...args: Parameters<typeof written>) => loadStack(assembly(written(...args)));

  test("have their metric, its filter and their topics", () => {
    const { alarms, metricFilters, functions } = load();
    expect(alarms).toEqual([
      {
        name: "Waxseal-dev-Alarm",
        description: "Something bad",
        metric: "Waxseal/dev/BAD",
        topics: [topicArn],
      },
    ]);
    expect(metricFilters).toEqual([
      { logGroup: "Waxseal-dev-Logs", path: ["fields", "code"], value: "BAD", metric: "Waxseal/dev/BAD" },
    ]);
    expect(functions[0]?.logGroup).toBe("Waxseal-dev-Logs");
  });

  test("on what Lambda counts are by the function or the mapping", () => {
    const of = (MetricName: string, Name: string) =>
      load({ Namespace: "AWS/Lambda", MetricName, Dimensions: [{ Name, Value: "f" }] }).alarms?.[0];
    expect(of("Errors", "FunctionName")).toMatchObject({
      metric: "AWS/Lambda/f/Errors",
      topics: [topicArn],
    });
    expect(of("OnFailureDestinationDeliveredEventCount", "EventSourceMappingUUID")?.metric).toBe(
      "AWS/Lambda/f/OnFailureDestinationDeliveredEventCount",
    );
  });

  test("on what is not measured here are left out, if their topic lets them in", () => {
    const late = { Namespace: "AWS/Lambda", MetricName: "IteratorAge", Period: 300, Threshold: 900_000 };
    expect(load(late).alarms).toEqual([]);
    expect(() => load({ ...late, AlarmActions: ["arn:aws:sns:::else"] })).toThrow(/must be a topic/);
  });

  test("publish where the topic's policy lets them", () => {
    const arn = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:*";
    const Condition = {
      ArnLike: { "aws:SourceArn": arn },
      StringEquals: { "aws:SourceAccount": "111122223333" },
    };
    const overTls = statement("*", {
      Effect: "Deny",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    const cloudWatch = statement({ Service: "cloudwatch.amazonaws.com" }, { Condition });
    expect(load({}, {}, { TopicPolicy: policyOf(overTls, cloudWatch) }).alarms).toHaveLength(1);
    expect(() => load({}, {}, { TopicPolicy: policyOf(overTls) })).toThrow(
      /Alarm: its topic does not let CloudWatch in because no/,
    );
    const other = statement(
      { Service: "cloudwatch.amazonaws.com" },
      {
        Condition: { StringEquals: { "aws:SourceAccount": "444455556666" } },
      },
    );
    expect(() => load({}, {}, { TopicPolicy: policyOf(other) })).toThrow(/does not let CloudWatch in/);
  });

  test.each<[string, object, object, RegExp]>([
    ["of another threshold", { Threshold: 5 }, {}, /Alarm: Threshold must be 1/],
    ["of another period", { Period: 300 }, {}, /Alarm: Period must be 60/],
    ["of a metric that no filter makes", { MetricName: "Errors" }, {}, /no metric filter makes/],
    ["with dimensions", { Dimensions: [] }, {}, /Dimensions is not supported/],
    [
      "of another of Lambda's metrics",
      {
        Namespace: "AWS/Lambda",
        MetricName: "Throttles",
        Dimensions: [{ Name: "FunctionName", Value: "f" }],
      },
      {},
      /Dimensions is not supported/,
    ],
    [
      "of a metric of another's",
      { Namespace: "AWS/Lambda", MetricName: "Errors", Dimensions: [{ Name: "Resource", Value: "f" }] },
      {},
      /Alarm.Dimensions: must be one FunctionName/,
    ],
    ["with an action of another kind", { AlarmActions: ["arn:aws:sns:::else"] }, {}, /must be a topic/],
    ["on a pattern of words", {}, { FilterPattern: "ERROR" }, /Filter: this filter pattern/],
    ["on a pattern with a wildcard", {}, { FilterPattern: '{ $.a = "B*" }' }, /Filter: this filter pattern/],
    [
      "that counts something else",
      {},
      { MetricTransformations: [{ ...filterProperties.MetricTransformations[0], MetricValue: "$.n" }] },
      /MetricValue/,
    ],
  ])("%s are refused", (_what, alarm, filter, message) => {
    expect(() => load(alarm, filter)).toThrow(message);
  });
});

describe("trails", () => {
  const load = (more: object) =>
    loadStack(
      assembly({
        ...resources,
        Trail: {
          Type: "AWS::CloudTrail::Trail",
          Properties: { IsLogging: true, S3BucketName: "bucket", ...more },
        },
      }),
    ).trails?.[0];

  test("have their bucket, and what is switched on", () => {
    expect(load({})).toEqual({
      name: "Waxseal-dev-Trail",
      arn: "arn:aws:cloudtrail:us-east-1:111122223333:trail/Waxseal-dev-Trail",
      bucketName: "bucket",
      isLogging: true,
      validatesLogFiles: false,
    });
    const more = { EnableLogFileValidation: true, IsLogging: false, S3KeyPrefix: "a/b", TrailName: "mine" };
    expect(load({ ...more, IncludeGlobalServiceEvents: true, IsMultiRegionTrail: true })).toMatchObject({
      name: "mine",
      prefix: "a/b",
      isLogging: false,
      validatesLogFiles: true,
    });
    expect(load({ EventSelectors: [] })).toBeDefined();
    expect(load({ EventSelectors: [{ ReadWriteType: "All" }] })).toBeDefined();
  });

  test.each([
    ["without reads", { ReadWriteType: "WriteOnly" }, /without all of KMS's calls/],
    ["without management events", { IncludeManagementEvents: false }, /without all of KMS's calls/],
    ["without KMS", { ExcludeManagementEventSources: ["kms.amazonaws.com"] }, /without all of KMS's calls/],
  ])("%s are refused", (_what, selector, message) => {
    expect(() => load({ EventSelectors: [selector] })).toThrow(message);
  });

  test("with files encrypted by a KMS key are refused", () => {
    expect(() => load({ KMSKeyId: "key" })).toThrow(/KMSKeyId is not supported/);
  });
});

test("a rule says whether it gets calls that only read", () => {
  const rules = (State: string) =>
    loadStack(
      assembly({
        ...resources,
        Rule: { Type: "AWS::Events::Rule", Properties: { State, EventPattern: { source: ["aws.kms"] } } },
      }),
    ).rules?.[0];
  expect(rules("ENABLED")).not.toHaveProperty("allManagementEvents");
  expect(rules("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")).toMatchObject({
    enabled: true,
    allManagementEvents: true,
  });
});
