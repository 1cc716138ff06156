/** S3 buckets with their policies. Lifecycle rules are read and not run: nothing here lives that long. */
import type { BucketResource } from "../stack.ts";
import { asNumber, asObject, asOneOf, onlyKnown } from "./read.ts";
import type { Resource } from "./resources.ts";
import { bucketPolicyStatements } from "./statements.ts";

/** Without meaning on one machine. */
const ignored = [
  "BucketEncryption",
  "BucketName",
  "LifecycleConfiguration",
  "OwnershipControls",
  "PublicAccessBlockConfiguration",
];

export function bucketsOf(
  buckets: readonly Resource[],
  policies: readonly Resource[],
): readonly BucketResource[] {
  return buckets.map(({ logicalId, id, arn, properties }) => {
    const {
      VersioningConfiguration,
      ObjectLockEnabled,
      ObjectLockConfiguration,
      NotificationConfiguration,
      ...rest
    } = properties;
    onlyKnown(rest, ignored, logicalId);
    const lock = lockOf(ObjectLockConfiguration, `${logicalId}.ObjectLockConfiguration`);
    return {
      bucketName: id,
      arn,
      // "Object Lock works only in buckets that have S3 Versioning enabled": it is switched on with it.
      versioned: ObjectLockEnabled === true || isEnabled(VersioningConfiguration),
      lockEnabled: ObjectLockEnabled === true,
      ...(lock && { lock }),
      sendsEvents: sendsEvents(NotificationConfiguration, `${logicalId}.NotificationConfiguration`),
      policy: policies.flatMap((policy) => (policy.properties["Bucket"] === id ? statementsOf(policy) : [])),
    };
  });
}

function statementsOf({ logicalId, properties }: Resource) {
  const { PolicyDocument, ...others } = properties;
  onlyKnown(others, ["Bucket"], logicalId);
  return bucketPolicyStatements(PolicyDocument, `${logicalId}.PolicyDocument`);
}

function isEnabled(configuration: unknown): boolean {
  return (
    configuration !== undefined && asObject(configuration, "VersioningConfiguration")["Status"] === "Enabled"
  );
}

function lockOf(value: unknown, where: string): BucketResource["lock"] {
  if (value === undefined) return undefined;
  const { Rule } = asObject(value, where);
  if (Rule === undefined) return undefined;
  const { Mode, Days } = asObject(asObject(Rule, where)["DefaultRetention"], where);
  return { mode: asOneOf(Mode, ["COMPLIANCE", "GOVERNANCE"], where), days: asNumber(Days, where) };
}

function sendsEvents(value: unknown, where: string): boolean {
  if (value === undefined) return false;
  const { EventBridgeConfiguration, ...others } = asObject(value, where);
  onlyKnown(others, [], where);
  if (EventBridgeConfiguration === undefined) return false;
  // "Enables delivery of events to Amazon EventBridge", which is the default where it is there at all.
  return asObject(EventBridgeConfiguration, where)["EventBridgeEnabled"] !== false;
}
