/**
 * From a synthesised CDK assembly to what the local system runs. What it does not know it refuses, by
 * name and logical id: a permission or a table that is silently left out would make the local system
 * say something of the deployed one that is not so.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { LocalStack } from "./stack.ts";
import { gateway } from "./template/gateway.ts";
import { alarmsOf } from "./template/alarms.ts";
import { bucketsOf } from "./template/buckets.ts";
import { eventSourceMapping } from "./template/event-sources.ts";
import { resolver, type Resolve } from "./template/intrinsics.ts";
import { attributeOf, hasArn, namePropertyOf, physicalId, type Named } from "./template/names.ts";
import { asObject, asText, isObject, onlyKnown, TemplateError, type JsonObject } from "./template/read.ts";
import { outputsOf } from "./template/outputs.ts";
import { kmsAliases, kmsKey, lambdaFunction, table, type Resource } from "./template/resources.ts";
import { rolesOf } from "./template/roles.ts";
import { eventRules } from "./template/rules.ts";
import { trail } from "./template/trails.ts";
import { functionUrls } from "./template/urls.ts";
import { functionQualifiers, qualifiedArn } from "./template/versions.ts";

export { TemplateError } from "./template/read.ts";

const runTypes = [
  "AWS::ApiGateway::GatewayResponse",
  "AWS::ApiGateway::Method",
  "AWS::ApiGateway::Resource",
  "AWS::CloudTrail::Trail",
  "AWS::CloudWatch::Alarm",
  "AWS::DynamoDB::Table",
  "AWS::Events::Rule",
  "AWS::IAM::Policy",
  "AWS::IAM::Role",
  "AWS::KMS::Alias",
  "AWS::KMS::Key",
  "AWS::Lambda::Alias",
  "AWS::Lambda::EventInvokeConfig",
  "AWS::Lambda::EventSourceMapping",
  "AWS::Lambda::Function",
  "AWS::Lambda::Permission",
  "AWS::Lambda::Url",
  "AWS::Lambda::Version",
  "AWS::Logs::MetricFilter",
  "AWS::S3::Bucket",
  "AWS::S3::BucketPolicy",
  "AWS::SNS::Topic",
  "AWS::SNS::TopicPolicy",
] as const;
type RunType = (typeof runTypes)[number];

/** Without meaning on one machine: logs go to the terminal, no one attacks, and messages reach nobody. */
const ignoredTypes = [
  "AWS::ApiGateway::Deployment",
  "AWS::ApiGateway::RestApi",
  "AWS::ApiGateway::Stage",
  "AWS::CDK::Metadata",
  "AWS::Logs::LogGroup",
  "AWS::SNS::Subscription",
  "AWS::WAFv2::WebACL",
  "AWS::WAFv2::WebACLAssociation",
];

/** What a resource may have beside its properties; a `Condition` it may not. */
const resourceMembers = [
  "Type",
  "Properties",
  "Metadata",
  "DependsOn",
  "DeletionPolicy",
  "UpdateReplacePolicy",
];

/**
 * Reads the one stack of the assembly in `assemblyDirectory` (as `cdk synth` or `synthesize` writes it).
 *
 * @throws TemplateError naming the logical id and what is not supported.
 */
export function loadStack(assemblyDirectory: string): LocalStack {
  const { stackName, template } = readAssembly(assemblyDirectory);
  const { resources, resolve } = resourcesOf(stackName, template);
  const aliasesOf = kmsAliases(resources("AWS::KMS::Alias"));
  const urlOf = functionUrls(resources("AWS::Lambda::Url"), resources("AWS::Lambda::Permission"));
  const qualifiersOf = functionQualifiers({
    versions: resources("AWS::Lambda::Version"),
    aliases: resources("AWS::Lambda::Alias"),
    invokeConfigs: resources("AWS::Lambda::EventInvokeConfig"),
  });
  return {
    stackName,
    tables: resources("AWS::DynamoDB::Table").map(table),
    kmsKeys: resources("AWS::KMS::Key").map((resource) => ({
      ...kmsKey(resource),
      aliases: aliasesOf(resource),
    })),
    buckets: bucketsOf(resources("AWS::S3::Bucket"), resources("AWS::S3::BucketPolicy")),
    roles: rolesOf(resources("AWS::IAM::Role"), resources("AWS::IAM::Policy")),
    functions: resources("AWS::Lambda::Function").map((resource) => ({
      ...lambdaFunction(resource, assemblyDirectory, stackName),
      ...urlOf(resource.arn),
      ...qualifiersOf(resource.arn),
    })),
    outputs: outputsOf(template["Outputs"] ?? {}, resolve),
    rules: eventRules(resources("AWS::Events::Rule"), resources("AWS::Lambda::Permission")),
    ...alarmsOf({
      alarms: resources("AWS::CloudWatch::Alarm"),
      metricFilters: resources("AWS::Logs::MetricFilter"),
      topics: resources("AWS::SNS::Topic"),
      topicPolicies: resources("AWS::SNS::TopicPolicy"),
    }),
    trails: resources("AWS::CloudTrail::Trail").map(trail),
    eventSourceMappings: resources("AWS::Lambda::EventSourceMapping").map(eventSourceMapping),
    ...gateway({
      resources: resources("AWS::ApiGateway::Resource"),
      methods: resources("AWS::ApiGateway::Method"),
      responses: resources("AWS::ApiGateway::GatewayResponse"),
    }),
  };
}

function readAssembly(directory: string): { stackName: string; template: JsonObject } {
  const manifest = readJson(path.join(directory, "manifest.json"));
  const stacks = Object.entries(asObject(manifest["artifacts"], "manifest.json")).filter(
    ([, artifact]) => isObject(artifact) && artifact["type"] === "aws:cloudformation:stack",
  );
  const [stack] = stacks;
  if (!stack || stacks.length > 1)
    throw new TemplateError("manifest.json", `must have one stack, not ${stacks.length}`);
  const [stackName, artifact] = stack;
  const { templateFile } = asObject(asObject(artifact, stackName)["properties"], stackName);
  return { stackName, template: readJson(path.join(directory, asText(templateFile, stackName))) };
}

function readJson(file: string): JsonObject {
  return asObject(JSON.parse(readFileSync(file, "utf8")), path.basename(file));
}

/** The resources of each type that is run, resolved; every resource of the template is checked. */
function resourcesOf(
  stackName: string,
  template: JsonObject,
): { resources: (type: RunType) => readonly Resource[]; resolve: Resolve } {
  const written = Object.entries(asObject(template["Resources"], "Resources")).map(([logicalId, value]) =>
    readResource(logicalId, value),
  );
  const find = (logicalId: string, where: string) => {
    const found = written.find((resource) => resource.logicalId === logicalId);
    if (!found) throw new TemplateError(where, `there is no resource ${logicalId}`);
    return found;
  };
  const resolve: Resolve = resolver(stackName, {
    ref: (logicalId, where) => {
      const found = find(logicalId, where);
      return qualifiedArn(found, resolve) ?? physicalId(found, stackName, where);
    },
    attribute: (logicalId, name, where) => attributeOf(find(logicalId, where), name, stackName, where),
  });
  const resources = (type: RunType) =>
    written
      .filter((resource) => resource.type === type)
      .map((resource) => {
        const { logicalId, metadata } = resource;
        return {
          logicalId,
          id: physicalId(resource, stackName, logicalId),
          arn: hasArn(type) ? attributeOf(resource, "Arn", stackName, logicalId) : "",
          metadata,
          properties: asObject(resolve(resource.properties, logicalId), logicalId),
        };
      });
  return { resources, resolve };
}

function readResource(
  logicalId: string,
  value: unknown,
): Named & { properties: JsonObject; metadata: JsonObject } {
  const resource = asObject(value, logicalId);
  onlyKnown(resource, resourceMembers, logicalId);
  const type = asText(resource["Type"], logicalId);
  if (!runTypes.some((known) => known === type) && !ignoredTypes.includes(type))
    throw new TemplateError(logicalId, `${type} is not supported by the local system`);
  const properties = asObject(resource["Properties"] ?? {}, logicalId);
  const nameProperty = namePropertyOf(type);
  const name = nameProperty === undefined ? undefined : properties[nameProperty];
  return {
    logicalId,
    type,
    explicitName: name === undefined ? undefined : asText(name, `${logicalId}.${nameProperty}`),
    properties,
    metadata: asObject(resource["Metadata"] ?? {}, logicalId),
  };
}
