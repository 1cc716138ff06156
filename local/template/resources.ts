/** From resolved properties to what the local system runs; a property that is neither read nor listed as without meaning here throws. */
import path from "node:path";
import type { FunctionResource, KmsKeyResource, TableResource } from "../stack.ts";
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
import { keyPolicyStatements } from "./statements.ts";

/** A resource of the template, its properties resolved. */
export interface Resource {
  readonly logicalId: string;
  /** What `Ref` gives. */
  readonly id: string;
  readonly arn: string;
  readonly properties: JsonObject;
  readonly metadata: JsonObject;
}

export function table({ logicalId, id, arn, properties }: Resource): TableResource {
  const { KeySchema, AttributeDefinitions, StreamSpecification, TimeToLiveSpecification, ...others } =
    properties;
  const { DeletionProtectionEnabled, PointInTimeRecoverySpecification, ...rest } = others;
  const { GlobalSecondaryIndexes, ...named } = rest;
  onlyKnown(named, ["TableName", "BillingMode"], logicalId);
  return {
    tableName: id,
    arn,
    keySchema: keySchemaOf(KeySchema, `${logicalId}.KeySchema`),
    attributeDefinitions: asList(AttributeDefinitions, `${logicalId}.AttributeDefinitions`).map(
      (definition) => {
        const { AttributeName, AttributeType } = asObject(definition, `${logicalId}.AttributeDefinitions`);
        return {
          AttributeName: asText(AttributeName, `${logicalId}.AttributeDefinitions`),
          AttributeType: asOneOf(AttributeType, ["S", "N", "B"], `${logicalId}.AttributeDefinitions`),
        };
      },
    ),
    ...indexesOf(GlobalSecondaryIndexes, `${logicalId}.GlobalSecondaryIndexes`),
    ...streamOf(StreamSpecification, `${logicalId}.StreamSpecification`),
    ...timeToLiveOf(TimeToLiveSpecification, `${logicalId}.TimeToLiveSpecification`),
    ...(DeletionProtectionEnabled === true && { deletionProtection: true }),
    ...recoveryOf(PointInTimeRecoverySpecification, `${logicalId}.PointInTimeRecoverySpecification`),
  };
}

function keySchemaOf(value: unknown, where: string): TableResource["keySchema"] {
  return asList(value, where).map((element) => {
    const { AttributeName, KeyType } = asObject(element, where);
    return {
      AttributeName: asText(AttributeName, where),
      KeyType: asOneOf(KeyType, ["HASH", "RANGE"], where),
    };
  });
}

function indexesOf(value: unknown, where: string): Pick<TableResource, "globalSecondaryIndexes"> {
  if (value === undefined) return {};
  const indexes = asList(value, where).map((index) => {
    const { IndexName, KeySchema, Projection, ...others } = asObject(index, where);
    onlyKnown(others, [], where);
    const { ProjectionType, NonKeyAttributes } = asObject(Projection, where);
    return {
      IndexName: asText(IndexName, where),
      KeySchema: keySchemaOf(KeySchema, where),
      Projection: {
        ProjectionType: asOneOf(ProjectionType, ["ALL", "KEYS_ONLY", "INCLUDE"], where),
        ...(NonKeyAttributes !== undefined && {
          NonKeyAttributes: asList(NonKeyAttributes, where).map((name) => asText(name, where)),
        }),
      },
    };
  });
  return { globalSecondaryIndexes: indexes };
}

function recoveryOf(specification: unknown, where: string): Pick<TableResource, "pointInTimeRecovery"> {
  if (specification === undefined) return {};
  return asObject(specification, where)["PointInTimeRecoveryEnabled"] === true
    ? { pointInTimeRecovery: true }
    : {};
}

function streamOf(specification: unknown, where: string): Pick<TableResource, "streamViewType"> {
  if (specification === undefined) return {};
  const { StreamViewType } = asObject(specification, where);
  const streamViewType = asOneOf(
    StreamViewType,
    ["NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"],
    where,
  );
  return { streamViewType };
}

function timeToLiveOf(specification: unknown, where: string): Pick<TableResource, "timeToLiveAttribute"> {
  if (specification === undefined) return {};
  const { AttributeName, Enabled } = asObject(specification, where);
  return Enabled === true ? { timeToLiveAttribute: asText(AttributeName, where) } : {};
}

export function kmsKey({ logicalId, id, arn, properties }: Resource): KmsKeyResource {
  const { KeyPolicy, Description, EnableKeyRotation, RotationPeriodInDays = 365, ...others } = properties;
  const { KeySpec, KeyUsage, ...rest } = others;
  onlyKnown(rest, [], logicalId);
  const signing = signingOf(KeySpec, KeyUsage, logicalId);
  if (signing.spec && EnableKeyRotation === true)
    throw new TemplateError(logicalId, "EnableKeyRotation is of symmetric keys only");
  return {
    keyId: id,
    ...signing,
    ...(Description !== undefined && { description: asText(Description, `${logicalId}.Description`) }),
    arn,
    policy: keyPolicyStatements(KeyPolicy, `${logicalId}.KeyPolicy`),
    policyDocument: KeyPolicy,
    ...(EnableKeyRotation === true && {
      rotationPeriodDays: asNumber(RotationPeriodInDays, `${logicalId}.RotationPeriodInDays`),
    }),
  };
}

function signingOf(spec: unknown, usage: unknown, where: string): Pick<KmsKeyResource, "spec"> {
  if (spec === undefined && usage === undefined) return {};
  asOneOf(usage, ["SIGN_VERIFY"], `${where}.KeyUsage`);
  return { spec: asOneOf(spec, ["ECC_NIST_P256"], `${where}.KeySpec`) };
}

/** By a KMS key its aliases, which name it by id or ARN. */
export function kmsAliases(aliases: readonly Resource[]): (kmsKey: Resource) => readonly string[] {
  const named = aliases.map(({ logicalId, id, properties }) => {
    const { TargetKeyId, ...others } = properties;
    onlyKnown(others, ["AliasName"], logicalId);
    return { alias: id, target: asText(TargetKeyId, `${logicalId}.TargetKeyId`) };
  });
  return ({ id, arn }) =>
    named.filter(({ target }) => target === id || target === arn).map(({ alias }) => alias);
}

/** @param stackName `Waxseal-dev`: a function's short name is what follows `waxseal-dev-` in its own. */
export function lambdaFunction(
  resource: Resource,
  assemblyDirectory: string,
  stackName: string,
): FunctionResource {
  const { logicalId, id, arn, properties } = resource;
  const { DurableConfig, Environment, Handler, MemorySize, Role, Runtime, Timeout, ...others } = properties;
  const { LoggingConfig, ...rest } = others;
  onlyKnown(rest, ["Architectures", "Code", "FunctionName"], logicalId);
  asOneOf(Runtime, ["nodejs24.x"], `${logicalId}.Runtime`);
  return {
    name: shortName(id, stackName, logicalId),
    functionName: id,
    arn,
    codeDirectory: codeDirectory(resource, assemblyDirectory),
    handler: asText(Handler, `${logicalId}.Handler`),
    environment: environmentOf(Environment, `${logicalId}.Environment`),
    timeoutSeconds: asNumber(Timeout, `${logicalId}.Timeout`),
    memoryMegabytes: asNumber(MemorySize, `${logicalId}.MemorySize`),
    roleArn: asText(Role, `${logicalId}.Role`),
    ...logGroupOf(LoggingConfig, `${logicalId}.LoggingConfig`),
    ...(DurableConfig !== undefined && {
      durable: durableConfig(DurableConfig, `${logicalId}.DurableConfig`),
    }),
  };
}

function logGroupOf(value: unknown, where: string): Pick<FunctionResource, "logGroup"> {
  if (value === undefined) return {};
  const { LogGroup, ...others } = asObject(value, where);
  onlyKnown(others, [], where);
  return { logGroup: asText(LogGroup, `${where}.LogGroup`) };
}

/** "RetentionPeriodInDays … The default is 14 days" (SAM Developer Guide, "DurableConfig"). */
function durableConfig(value: unknown, where: string): NonNullable<FunctionResource["durable"]> {
  const { ExecutionTimeout, RetentionPeriodInDays = 14, ...others } = asObject(value, where);
  onlyKnown(others, [], where);
  return {
    executionTimeoutSeconds: asNumber(ExecutionTimeout, `${where}.ExecutionTimeout`),
    retentionDays: asNumber(RetentionPeriodInDays, `${where}.RetentionPeriodInDays`),
  };
}

function shortName(functionName: string, stackName: string, where: string): string {
  const prefix = `${stackName.toLowerCase()}-`;
  if (!functionName.startsWith(prefix))
    throw new TemplateError(where, `the function's name must begin with ${prefix}`);
  return functionName.slice(prefix.length);
}

/** The CDK writes where a function's code lies beside the template, if asset metadata is on. */
function codeDirectory({ logicalId, metadata }: Resource, assemblyDirectory: string): string {
  return path.resolve(assemblyDirectory, asText(metadata["aws:asset:path"], `${logicalId}: aws:asset:path`));
}

function environmentOf(value: unknown, where: string): Readonly<Record<string, string>> {
  const variables = asObject(asObject(value, where)["Variables"], where);
  return Object.fromEntries(
    Object.entries(variables).map(([name, text]) => [name, asText(text, `${where}.${name}`)]),
  );
}
