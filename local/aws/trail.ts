/**
 * CloudTrail's own API, as much as is asked of it (CloudTrail API Reference: "DescribeTrails", "GetTrailStatus",
 * "GetEventSelectors", "ListPublicKeys", "StartLogging", "StopLogging"). Beside the stack's trails there is the
 * account's, which logs all management events, those of KMS too, and delivers them nowhere.
 */
import { localAccountId, localRegion, type TrailResource } from "../stack.ts";
import type { DigestKey } from "../trail/digest-key.ts";
import type { Trails } from "../trail/trails.ts";
import { recordOf, type CloudTrailLog } from "./cloudtrail.ts";
import { authorise } from "./iam/authorise.ts";
import { AwsError, unknownOperation, type AwsCall, type AwsService, type JsonObject } from "./protocol.ts";

const accountTrail: TrailResource = {
  name: "local",
  arn: `arn:aws:cloudtrail:${localRegion}:${localAccountId}:trail/local`,
  bucketName: "local-trail",
  isLogging: true,
  validatesLogFiles: true,
};

export interface CloudTrailServiceOptions {
  /** Since when the trails log. */
  readonly startedAt: Date;
  readonly digestKey: () => DigestKey;
  readonly trails: Trails;
  readonly cloudTrail: CloudTrailLog;
  readonly now: () => Date;
}

type Operation = (call: AwsCall) => JsonObject;

export function cloudTrailService(options: CloudTrailServiceOptions): AwsService {
  const { startedAt, digestKey, trails, cloudTrail, now } = options;
  const all = () => [...trails.all(), accountTrail];
  const named = (call: AwsCall, nameOrArn: unknown): TrailResource => {
    const found = all().find((trail) => isNamed(trail, nameOrArn));
    allow(call, found?.arn ?? accountTrail.arn);
    if (found) return found;
    throw new AwsError("TrailNotFoundException", "There is no such trail in the account");
  };
  const logging = (isLogging: boolean, call: AwsCall): JsonObject => {
    const trail = named(call, call.input["Name"]);
    if (trail === accountTrail) throw unknownOperation("CloudTrail", `${call.operation} for this trail`);
    // What silences a trail is the last that it shows.
    if (isLogging) trails.setLogging(trail.name, true);
    record(call);
    if (!isLogging) trails.setLogging(trail.name, false);
    return {};
  };
  const record = (call: AwsCall, error?: unknown) => {
    const requestParameters = { name: call.input["Name"] ?? null };
    const details = { requestParameters, responseElements: null, resources: [] };
    cloudTrail.add(recordOf(call, false, details, now(), error, "cloudtrail.amazonaws.com"));
  };
  const readers: Readonly<Record<string, Operation>> = {
    DescribeTrails(call) {
      allow(call, "*");
      const { trailNameList: asked } = call.input;
      // A trail that there is not is left out, and no error.
      const isAsked = (trail: TrailResource) =>
        !Array.isArray(asked) || asked.length === 0 || asked.some((one) => isNamed(trail, one));
      return { trailList: all().filter(isAsked).map(described) };
    },
    GetTrailStatus(call) {
      const { isLogging } = named(call, call.input["Name"]);
      return { IsLogging: isLogging, StartLoggingTime: startedAt.getTime() / 1000 };
    },
    GetEventSelectors(call) {
      const { arn } = named(call, call.input["TrailName"]);
      const selector = { ReadWriteType: "All", IncludeManagementEvents: true, DataResources: [] };
      return { TrailARN: arn, EventSelectors: [{ ...selector, ExcludeManagementEventSources: [] }] };
    },
    ListPublicKeys(call) {
      allow(call, "*");
      const { publicDer, fingerprint, madeAt } = digestKey();
      const year = 365 * 86_400;
      const from = Math.floor(madeAt.getTime() / 1000);
      const validity = { ValidityStartTime: from, ValidityEndTime: from + 10 * year };
      return {
        PublicKeyList: [{ Value: publicDer.toString("base64"), Fingerprint: fingerprint, ...validity }],
      };
    },
  };
  const writers: Readonly<Record<string, Operation>> = {
    StartLogging: (call) => logging(true, call),
    StopLogging: (call) => logging(false, call),
  };
  return {
    async call(call) {
      if (Object.hasOwn(readers, call.operation)) return (readers[call.operation] as Operation)(call);
      const write = Object.hasOwn(writers, call.operation) ? writers[call.operation] : undefined;
      if (!write) throw unknownOperation("CloudTrail", call.operation);
      try {
        return write(call);
      } catch (error) {
        record(call, error);
        throw error;
      }
    },
  };
}

function described(trail: TrailResource): JsonObject {
  return {
    Name: trail.name,
    TrailARN: trail.arn,
    HomeRegion: localRegion,
    S3BucketName: trail.bucketName,
    ...(trail.prefix !== undefined && { S3KeyPrefix: trail.prefix }),
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: true,
    IsOrganizationTrail: false,
    LogFileValidationEnabled: trail.validatesLogFiles,
    HasCustomEventSelectors: false,
    HasInsightSelectors: false,
  };
}

function isNamed({ name, arn }: TrailResource, nameOrArn: unknown): boolean {
  return nameOrArn === name || nameOrArn === arn;
}

function allow({ caller, operation }: AwsCall, resourceArn: string): void {
  authorise({ caller, action: `cloudtrail:${operation}`, resourceArn, conditionKeys: {} });
}
