/** CloudFormation Template Reference, "AWS::Lambda::EventSourceMapping". */
import { expect, test } from "vitest";
import { loadStack } from "../../../local/template.ts";
import { assembly, resources } from "./assembly.ts";

const EventSourceArn = { "Fn::GetAtt": ["Table", "StreamArn"] };
const needed = { EventSourceArn, FunctionName: { Ref: "Function" }, StartingPosition: "TRIM_HORIZON" };
const StreamSpecification = { StreamViewType: "NEW_AND_OLD_IMAGES" };
const mappingOf = (more: object) => {
  const Table = { ...resources.Table, Properties: { ...resources.Table.Properties, StreamSpecification } };
  const Mapping = { Type: "AWS::Lambda::EventSourceMapping", Properties: { ...needed, ...more } };
  return loadStack(assembly({ ...resources, Table, Mapping })).eventSourceMappings?.[0];
};

test("a mapping has AWS's defaults where the template says nothing", () => {
  expect(mappingOf({})).toEqual({
    logicalId: "Mapping",
    uuid: expect.stringMatching(/^[0-9a-f]{8}-/) as string,
    streamArn:
      "arn:aws:dynamodb:us-east-1:111122223333:table/Waxseal-dev-Table/stream/2026-01-01T00:00:00.000",
    functionArn: "arn:aws:lambda:us-east-1:111122223333:function:waxseal-dev-provider-proxy",
    startingPosition: "TRIM_HORIZON",
    batchSize: 100,
    batchingWindowSeconds: 0,
    parallelizationFactor: 1,
    maxRetries: -1,
    maxRecordAgeSeconds: -1,
    bisectsOnError: false,
    reportsItemFailures: false,
  });
});

test("a mapping has what the template says", () => {
  const Pattern = JSON.stringify({
    eventName: ["MODIFY"],
    dynamodb: { NewImage: { a: [{ exists: true }] } },
  });
  const said = mappingOf({
    BatchSize: 1000,
    BisectBatchOnFunctionError: true,
    DestinationConfig: { OnFailure: { Destination: "arn:aws:s3:::failures" } },
    Enabled: true,
    FilterCriteria: { Filters: [{ Pattern }] },
    FunctionResponseTypes: ["ReportBatchItemFailures"],
    MaximumBatchingWindowInSeconds: 5,
    MaximumRecordAgeInSeconds: 3600,
    MaximumRetryAttempts: 10,
    ParallelizationFactor: 10,
    StartingPosition: "LATEST",
  });
  expect(said).toMatchObject({
    batchSize: 1000,
    bisectsOnError: true,
    onFailureBucket: "failures",
    filters: [{ eventName: ["MODIFY"], dynamodb: { NewImage: { a: [{ exists: true }] } } }],
    reportsItemFailures: true,
    batchingWindowSeconds: 5,
    maxRecordAgeSeconds: 3600,
    maxRetries: 10,
    parallelizationFactor: 10,
    startingPosition: "LATEST",
  });
});

test.each<[string, object, RegExp]>([
  [
    "another source",
    { EventSourceArn: "arn:aws:sqs:us-east-1:111122223333:queue" },
    /only streams of DynamoDB/,
  ],
  ["a time to start at", { StartingPosition: "AT_TIMESTAMP" }, /StartingPosition: must be one of/],
  ["a tumbling window", { TumblingWindowInSeconds: 30 }, /TumblingWindowInSeconds is not supported/],
  ["a mapping that is off", { Enabled: false }, /not enabled/],
  [
    "a queue for what fails",
    { DestinationConfig: { OnFailure: { Destination: "arn:aws:sqs:q" } } },
    /only a bucket/,
  ],
  ["a filter that is no JSON", { FilterCriteria: { Filters: [{ Pattern: "{" }] } }, /must be JSON/],
  [
    "a filter on another member",
    { FilterCriteria: { Filters: [{ Pattern: '{"eventID":["1"]}' }] } },
    /eventID/,
  ],
])("%s is refused", (_what, more, message) => {
  expect(() => mappingOf(more)).toThrow(message);
});
