/**
 * CloudTrail-shaped records of the KMS calls, and of those that silence a trail, as AWS's examples have them (KMS Developer Guide,
 * "Logging AWS KMS API calls with CloudTrail": Decrypt, GenerateDataKey, ReEncrypt).
 */
import { randomUUID } from "node:crypto";
import { localAccountId, localRegion } from "../stack.ts";
import { appendJsonLine, readJsonLines } from "./files.ts";
import { accountOf, type Caller } from "./caller.ts";
import { AwsError, wholeSeconds, type AwsCall, type JsonObject } from "./protocol.ts";

export interface CloudTrailRecord {
  readonly eventVersion: string;
  readonly userIdentity: JsonObject;
  /** ISO 8601, whole seconds, UTC. */
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: JsonObject | null;
  readonly responseElements: JsonObject | null;
  readonly additionalEventData?: JsonObject;
  /** Equal to the SDK's `$metadata.requestId`. */
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly { accountId: string; type: string; ARN: string }[];
  readonly eventType: "AwsApiCall";
  readonly managementEvent: true;
  readonly recipientAccountId: string;
  /** Of a call from another account. */
  readonly sharedEventID?: string;
  readonly eventCategory: "Management";
}

/** What an operation adds while it runs; nothing secret ever enters it. */
export interface TrailDetails {
  requestParameters: JsonObject | null;
  responseElements: JsonObject | null;
  additionalEventData?: JsonObject;
  /** ARNs of the KMS keys, in the order of the documentation: source, destination. */
  resources: string[];
}

/** The record of one call; `error` where it failed. */
export function recordOf(
  call: AwsCall,
  readOnly: boolean,
  details: TrailDetails,
  at: Date,
  error?: unknown,
  eventSource = "kms.amazonaws.com",
): CloudTrailRecord {
  return {
    eventVersion: "1.11",
    userIdentity: userIdentityOf(call.caller, at),
    eventTime: wholeSeconds(at),
    eventSource,
    eventName: call.operation,
    awsRegion: localRegion,
    sourceIPAddress: call.sourceIpAddress,
    userAgent: call.userAgent,
    ...errorMembers(error),
    // Seen in records of denied calls that users published; AWS's guide shows no example of one.
    requestParameters: isDenial(error) ? null : details.requestParameters,
    responseElements: error === undefined ? details.responseElements : null,
    ...(details.additionalEventData && error === undefined
      ? { additionalEventData: details.additionalEventData }
      : {}),
    requestID: call.requestId,
    eventID: randomUUID(),
    readOnly,
    ...(isDenial(error) ? {} : { resources: details.resources.map(resourceOf) }),
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: localAccountId,
    // "to uniquely identify CloudTrail events from the same AWS action that is sent to different AWS accounts"
    ...(isForeign(call.caller) && { sharedEventID: randomUUID() }),
    eventCategory: "Management",
  };
}

function isDenial(error: unknown): boolean {
  return error instanceof AwsError && error.code === "AccessDeniedException";
}

function errorMembers(error: unknown): { errorCode?: string; errorMessage?: string } {
  if (error === undefined) return {};
  const code = error instanceof AwsError ? error.code : "InternalFailure";
  const message = error instanceof AwsError ? error.message : "";
  return {
    errorCode: code === "AccessDeniedException" ? "AccessDenied" : code,
    ...(message === "" ? {} : { errorMessage: message }),
  };
}

function userIdentityOf(caller: Caller, at: Date): JsonObject {
  // "The request was made by another AWS account": the account that owns the resource does not learn more.
  if (isForeign(caller)) {
    return { type: "AWSAccount", principalId: caller.principalId, accountId: accountOf(caller) };
  }
  const identity = {
    type: caller.type,
    principalId: caller.principalId,
    arn: caller.arn,
    accountId: accountOf(caller),
    accessKeyId: caller.accessKeyId,
  };
  if (caller.type === "IAMUser") return { ...identity, userName: caller.name };
  const sessionIssuer = {
    type: "Role",
    principalId: caller.principalId.split(":")[0],
    arn: caller.principalArn,
    accountId: accountOf(caller),
    userName: caller.name,
  };
  const attributes = { creationDate: wholeSeconds(at), mfaAuthenticated: "false" };
  return { ...identity, sessionContext: { sessionIssuer, attributes } };
}

function isForeign(caller: Caller): boolean {
  return accountOf(caller) !== localAccountId;
}

function resourceOf(arn: string): { accountId: string; type: string; ARN: string } {
  return { accountId: localAccountId, type: "AWS::KMS::Key", ARN: arn };
}

/** All records so far, in memory and, where a file is given, in its JSON lines. */
export class CloudTrailLog {
  readonly #records: CloudTrailRecord[];
  readonly #path: string | undefined;
  readonly #listeners = new Set<(record: CloudTrailRecord) => void>();

  constructor(path?: string) {
    this.#path = path;
    this.#records = path ? (readJsonLines(path) as CloudTrailRecord[]) : [];
  }

  /** Called for each record from now on; returns what ends that. */
  onRecord(listener: (record: CloudTrailRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(record: CloudTrailRecord): void {
    this.#records.push(record);
    if (this.#path) appendJsonLine(this.#path, record);
    for (const listener of this.#listeners) listener(record);
  }

  records(): CloudTrailRecord[] {
    return [...this.#records];
  }
}
