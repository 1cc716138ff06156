import { callIdOf, resourceArnsOf, timeOf } from "./call.ts";
import { isObject, listOf, objectOf, textOf, type JsonObject } from "./json.ts";
import { principalOf } from "./principal.ts";
import type { Level } from "./verdict.ts";

/** A change of what guards the provider keys, or of the witness. */
export interface ControlPlaneChange {
  /** The same of every copy of it. */
  readonly changeId: string;
  /** `PutKeyPolicy`, `StopLogging` …; of KMS's own events `KMS CMK Rotation` and the like. */
  readonly change: string;
  /** ISO 8601, milliseconds. */
  readonly at: string;
  readonly level: Level | "informational";
  /** ARN of the KMS key, name of the bucket or of the trail. */
  readonly of: string;
  readonly principal: string;
  readonly session?: string;
  readonly errorCode?: string;
}

/** What is watched. */
export interface ControlPlane {
  /** ARNs of KMS keys: those that wrap, and the one that signs checkpoints. */
  readonly kmsKeys: readonly string[];
  /** Names of buckets: the audit's and the trail's. */
  readonly buckets: readonly string[];
}

/** What is expected of an operator, or of KMS itself. */
const expected = ["EnableKeyRotation", "RotateKeyOnDemand", "RotateKey", "StartLogging", "KMS CMK Rotation"];
/** Nothing is opened to anybody by these, and nothing is lost; somebody should know of them. */
const lesser = [
  ...["EnableKey", "CancelKeyDeletion", "RevokeGrant", "RetireGrant", "TagResource", "UntagResource"],
  ...["CreateAlias", "UpdateAlias", "DeleteAlias", "UpdateKeyDescription"],
];
/** Of CloudTrail's many: those by which a trail is silenced. */
const ofTrails = ["StopLogging", "StartLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"];

/** Their creation is the deployment's. */
const creations = ["CreateKey", "CreateBucket", "CreateTrail"];

/** A record of CloudTrail, where it is about a change of what is watched. */
export function controlPlaneChangeOf(record: unknown, watched: ControlPlane): ControlPlaneChange | undefined {
  if (!isObject(record) || record["readOnly"] === true) return undefined;
  const [change, changeId, at] = [textOf(record["eventName"]), callIdOf(record), timeOf(record)];
  const of = subjectOf(record, watched);
  if (change === undefined || changeId === undefined || at === undefined || of === undefined)
    return undefined;
  if (creations.includes(change)) return undefined;
  const { arn, session, service } = principalOf(record["userIdentity"]);
  const errorCode = textOf(record["errorCode"]);
  return {
    ...{ changeId, change, of, at: new Date(at).toISOString(), principal: arn },
    level: errorCode === undefined ? levelOf(change, service) : "ticket",
    ...(session !== undefined && { session }),
    ...(errorCode !== undefined && { errorCode }),
  };
}

/** What KMS itself tells EventBridge (KMS Developer Guide, "Monitor KMS keys with Amazon EventBridge"). */
export function kmsEventOf(event: JsonObject, watched: ControlPlane): ControlPlaneChange | undefined {
  const [change, changeId] = [textOf(event["detail-type"]), textOf(event["id"])];
  const of = listOf(event["resources"]).find((arn) => watched.kmsKeys.includes(String(arn)));
  const at = Date.parse(textOf(event["time"]) ?? "");
  if (!change?.startsWith("KMS ") || changeId === undefined || typeof of !== "string" || Number.isNaN(at))
    return undefined;
  const level = levelOf(change, undefined);
  return { changeId, change, of, at: new Date(at).toISOString(), level, principal: "kms.amazonaws.com" };
}

/** What it is about, if that is watched: a KMS key, a bucket, any trail of the account. */
function subjectOf(record: JsonObject, { kmsKeys, buckets }: ControlPlane): string | undefined {
  const parameters = objectOf(record["requestParameters"]);
  switch (record["eventSource"]) {
    case "kms.amazonaws.com": {
      const named = [...resourceArnsOf(record), textOf(parameters["keyId"]) ?? ""];
      return kmsKeys.find((arn) =>
        named.some((one) => one === arn || (one !== "" && arn.endsWith(`:key/${one}`))),
      );
    }
    case "s3.amazonaws.com": {
      // Of objects there may be records too, where the account logs data events.
      const bucket = textOf(parameters["bucketName"]);
      return record["managementEvent"] === false ? undefined : buckets.find((one) => one === bucket);
    }
    case "cloudtrail.amazonaws.com":
      return ofTrails.includes(String(record["eventName"]))
        ? (textOf(parameters["name"]) ?? textOf(parameters["trailName"]) ?? "a trail")
        : undefined;
    default:
      return undefined;
  }
}

/** A deployment changes policies too: somebody looks whether it was one of theirs, but need not be woken. */
function levelOf(change: string, service: string | undefined): ControlPlaneChange["level"] {
  if (expected.includes(change)) return "informational";
  return lesser.includes(change) || service === "cloudformation.amazonaws.com" ? "ticket" : "page";
}
