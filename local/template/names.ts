/**
 * Physical names and ARNs. CloudFormation adds random letters to a name it makes; here names are
 * `<stack>-<logical id>`, so that state kept in a folder is found again.
 */
import { createHash } from "node:crypto";
import { streamArnOf } from "../aws/dynamodb/stream-record.ts";
import { localAccountId, localRegion } from "../stack.ts";
import { TemplateError } from "./read.ts";

/** A resource as far as its names go. */
export interface Named {
  readonly logicalId: string;
  readonly type: string;
  /** The name the template gives it, if it does. */
  readonly explicitName: string | undefined;
}

interface Naming {
  /** The property in which the template may name it. */
  readonly nameProperty?: string;
  /** What `Ref` gives, where it isn't the name. */
  readonly identify?: (named: Named, stackName: string) => string;
  readonly attributes: Readonly<Record<string, (id: string) => string>>;
}

const regional = (service: string, resource: string) =>
  `arn:aws:${service}:${localRegion}:${localAccountId}:${resource}`;

const namings: Readonly<Record<string, Naming>> = {
  "AWS::DynamoDB::Table": {
    nameProperty: "TableName",
    attributes: {
      Arn: (name) => regional("dynamodb", `table/${name}`),
      StreamArn: (name) => streamArnOf(regional("dynamodb", `table/${name}`)),
    },
  },
  "AWS::KMS::Key": {
    identify: ({ logicalId }, stackName) => uuidOf(`${stackName}/${logicalId}`),
    attributes: { Arn: (keyId) => regional("kms", `key/${keyId}`), KeyId: (keyId) => keyId },
  },
  "AWS::CloudTrail::Trail": {
    nameProperty: "TrailName",
    attributes: { Arn: (name) => regional("cloudtrail", `trail/${name}`) },
  },
  "AWS::CloudWatch::Alarm": {
    nameProperty: "AlarmName",
    attributes: { Arn: (name) => regional("cloudwatch", `alarm:${name}`) },
  },
  "AWS::SNS::Topic": {
    // `Ref` is the ARN ("AWS::SNS::Topic", return values), so a name in the template is read there.
    identify: ({ logicalId }, stackName) => regional("sns", `${stackName}-${logicalId}`),
    attributes: { TopicArn: (arn) => arn, TopicName: (arn) => arn.split(":").at(-1) ?? "" },
  },
  "AWS::KMS::Alias": { nameProperty: "AliasName", attributes: {} },
  "AWS::S3::Bucket": {
    nameProperty: "BucketName",
    // Names of buckets are in lower case.
    identify: ({ logicalId }, stackName) => `${stackName}-${logicalId}`.toLowerCase(),
    attributes: {
      Arn: (name) => `arn:aws:s3:::${name}`,
      DomainName: (name) => `${name}.s3.amazonaws.com`,
      RegionalDomainName: (name) => `${name}.s3.${localRegion}.amazonaws.com`,
    },
  },
  "AWS::S3::BucketPolicy": { identify: ({ logicalId }) => logicalId, attributes: {} },
  "AWS::IAM::Role": {
    nameProperty: "RoleName",
    attributes: { Arn: (name) => `arn:aws:iam::${localAccountId}:role/${name}` },
  },
  "AWS::Lambda::EventSourceMapping": {
    identify: ({ logicalId }, stackName) => uuidOf(`${stackName}/${logicalId}`),
    attributes: {},
  },
  "AWS::Lambda::Function": {
    nameProperty: "FunctionName",
    attributes: { Arn: (name) => regional("lambda", `function:${name}`) },
  },
  // `Ref` of these two is in template/versions.ts: it needs the function's name.
  "AWS::Lambda::Alias": { attributes: {} },
  "AWS::Lambda::Version": { attributes: { Version: () => theVersion } },
  "AWS::Events::Rule": {
    nameProperty: "Name",
    attributes: { Arn: (name) => regional("events", `rule/${name}`) },
  },
  // What no one names and nothing on this machine needs a name for: `Ref` gives the logical id.
  ...Object.fromEntries(
    [
      "AWS::ApiGateway::GatewayResponse",
      "AWS::ApiGateway::Method",
      "AWS::ApiGateway::Resource",
      "AWS::ApiGateway::Stage",
      "AWS::IAM::Policy",
      "AWS::Lambda::EventInvokeConfig",
      "AWS::Lambda::Permission",
      "AWS::Logs::MetricFilter",
      "AWS::SNS::TopicPolicy",
    ].map((type) => [type, { identify: ({ logicalId }: Named) => logicalId, attributes: {} }]),
  ),
  "AWS::Lambda::Url": {
    identify: ({ logicalId }) => logicalId,
    // As it is deployed; on this machine it is served at an address of its own.
    attributes: { FunctionUrl: (id) => `https://${id.toLowerCase()}.lambda-url.${localRegion}.on.aws/` },
  },
  "AWS::ApiGateway::RestApi": { attributes: { RootResourceId: () => rootResourceId } },
  // Its ARN ends in ":*": the group with its streams (CloudFormation, AWS::Logs::LogGroup, return values).
  "AWS::Logs::LogGroup": {
    nameProperty: "LogGroupName",
    attributes: { Arn: (name) => regional("logs", `log-group:${name}:*`) },
  },
};

export const rootResourceId = "root";

/** Here every function has one version, of the code that there is. */
export const theVersion = "1";

export function functionArn(name: string): string {
  return name.startsWith("arn:") ? name : regional("lambda", `function:${name}`);
}

export function hasArn(type: string): boolean {
  return namings[type]?.attributes["Arn"] !== undefined;
}

export function namePropertyOf(type: string): string | undefined {
  return namings[type]?.nameProperty;
}

/** What `Ref` of the resource gives. */
export function physicalId(named: Named, stackName: string, where: string): string {
  const naming = namingOf(named, where);
  if (named.explicitName !== undefined) return named.explicitName;
  return naming.identify?.(named, stackName) ?? `${stackName}-${named.logicalId}`;
}

/** What `Fn::GetAtt` of the resource gives. */
export function attributeOf(named: Named, attribute: string, stackName: string, where: string): string {
  const { attributes } = namingOf(named, where);
  const give = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
  if (!give)
    throw new TemplateError(where, `${named.logicalId}.${attribute} is not known to the local system`);
  return give(physicalId(named, stackName, where));
}

function namingOf(named: Named, where: string): Naming {
  const naming = namings[named.type];
  if (!naming) throw new TemplateError(where, `${named.logicalId} (${named.type}) has no local name`);
  return naming;
}

/** The ARN of the stack itself. */
export function stackIdOf(stackName: string): string {
  return regional("cloudformation", `stack/${stackName}/${uuidOf(stackName)}`);
}

/** The same text gives the same id; version 8, "custom" (RFC 9562, section 5.8). */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
