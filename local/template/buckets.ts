/** S3 buckets with their policies. Lifecycle rules are read and not run: nothing here lives that long. */
import type { BucketResource } from "../stack.ts";
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
import { bucketPolicyStatements } from "./statements.ts";

/** Without meaning on one machine: no one is the public here, and objects have no other owners. */
const ignored = ["BucketName", "OwnershipControls", "PublicAccessBlockConfiguration"];
const daysPerYear = 365;

export function bucketsOf(
  buckets: readonly Resource[],
  policies: readonly Resource[],
): readonly BucketResource[] {
  const attached = policies.map(policyOf);
  for (const { logicalId, bucketName } of attached)
    if (!buckets.some(({ id }) => id === bucketName))
      throw new TemplateError(logicalId, `there is no bucket ${bucketName}`);
  return buckets.map((bucket) => ({
    ...bucketOf(bucket),
    policy: attached.flatMap(({ bucketName, statements }) => (bucketName === bucket.id ? statements : [])),
  }));
}

function bucketOf({ logicalId, id, arn, properties }: Resource): Omit<BucketResource, "policy"> {
  const { VersioningConfiguration, ObjectLockEnabled, ObjectLockConfiguration, ...others } = properties;
  const { NotificationConfiguration, BucketEncryption, LifecycleConfiguration, ...rest } = others;
  onlyKnown(rest, ignored, logicalId);
  assertName(id, logicalId);
  assertEncryption(BucketEncryption, `${logicalId}.BucketEncryption`);
  assertLifecycle(LifecycleConfiguration, `${logicalId}.LifecycleConfiguration`);
  const isVersioned = versioningOf(VersioningConfiguration, `${logicalId}.VersioningConfiguration`);
  const lockEnabled = ObjectLockEnabled === true;
  const lock = lockOf(ObjectLockConfiguration, `${logicalId}.ObjectLockConfiguration`);
  if (lock && !lockEnabled)
    throw new TemplateError(logicalId, "ObjectLockConfiguration needs ObjectLockEnabled");
  return {
    bucketName: id,
    arn,
    // "Object Lock works only in buckets that have S3 Versioning enabled": it is switched on with it.
    versioned: lockEnabled || isVersioned,
    lockEnabled,
    ...(lock && { lock }),
    sendsEvents: sendsEvents(NotificationConfiguration, `${logicalId}.NotificationConfiguration`),
  };
}

/** Amazon S3 User Guide, "General purpose bucket naming rules". */
function assertName(name: string, where: string): void {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))
    throw new TemplateError(
      where,
      `${name} is no name of a bucket: 3 to 63 lower-case letters, digits, dots, hyphens`,
    );
}

function policyOf({ logicalId, properties }: Resource) {
  const { Bucket, PolicyDocument, ...others } = properties;
  onlyKnown(others, [], logicalId);
  return {
    logicalId,
    bucketName: asText(Bucket, `${logicalId}.Bucket`),
    statements: bucketPolicyStatements(PolicyDocument, `${logicalId}.PolicyDocument`),
  };
}

/** Suspended versioning is something else than none, and is not known here. */
function versioningOf(value: unknown, where: string): boolean {
  if (value === undefined) return false;
  asOneOf(asObject(value, where)["Status"], ["Enabled"], `${where}.Status`);
  return true;
}

/** S3's own encryption, which is there for everything anyway; KMS keys would need permissions that are not asked here. */
function assertEncryption(value: unknown, where: string): void {
  if (value === undefined) return;
  const rules = asList(asObject(value, where)["ServerSideEncryptionConfiguration"], where);
  for (const rule of rules) {
    const byDefault = asObject(asObject(rule, where)["ServerSideEncryptionByDefault"], where);
    asOneOf(byDefault["SSEAlgorithm"], ["AES256"], `${where}.SSEAlgorithm`);
  }
}

function assertLifecycle(value: unknown, where: string): void {
  if (value === undefined) return;
  const { Rules, ...others } = asObject(value, where);
  onlyKnown(others, [], where);
  for (const rule of asList(Rules, `${where}.Rules`))
    asOneOf(asObject(rule, where)["Status"], ["Enabled", "Disabled"], `${where}.Rules.Status`);
}

function lockOf(value: unknown, where: string): BucketResource["lock"] {
  if (value === undefined) return undefined;
  const { ObjectLockEnabled = "Enabled", Rule, ...others } = asObject(value, where);
  onlyKnown(others, [], where);
  asOneOf(ObjectLockEnabled, ["Enabled"], `${where}.ObjectLockEnabled`);
  if (Rule === undefined) return undefined;
  const { Mode, ...period } = asObject(
    asObject(Rule, where)["DefaultRetention"],
    `${where}.DefaultRetention`,
  );
  return { mode: asOneOf(Mode, ["COMPLIANCE", "GOVERNANCE"], `${where}.Mode`), days: daysOf(period, where) };
}

/** "You must specify either Days or Years but not both". */
function daysOf(period: JsonObject, where: string): number {
  const [[unit, length] = [], ...more] = Object.entries(period);
  if (more.length > 0) throw new TemplateError(where, "must have either Days or Years");
  const days = asNumber(length, `${where}.${String(unit)}`);
  return asOneOf(unit, ["Days", "Years"], where) === "Days" ? days : days * daysPerYear;
}

function sendsEvents(value: unknown, where: string): boolean {
  if (value === undefined) return false;
  const { EventBridgeConfiguration, ...others } = asObject(value, where);
  onlyKnown(others, [], where);
  if (EventBridgeConfiguration === undefined) return false;
  // "Enables delivery of events to Amazon EventBridge", which is the default where it is there at all.
  return asObject(EventBridgeConfiguration, where)["EventBridgeEnabled"] !== false;
}
