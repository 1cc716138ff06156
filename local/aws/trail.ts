/**
 * CloudTrail's own API, as much as a check of a deployment asks (CloudTrail API Reference, "DescribeTrails",
 * "GetTrailStatus", "GetEventSelectors"): one trail, which logs all management events, those of KMS too.
 */
import type { DigestKey } from "../trail/digest-key.ts";
import { localAccountId, localRegion } from "../stack.ts";
import { authorise } from "./iam/authorise.ts";
import { AwsError, unknownOperation, type AwsCall, type AwsService, type JsonObject } from "./protocol.ts";

/** For how long a pair of keys is used; AWS's are, for some months. */
const KEY_SECONDS = 10 * 365 * 86_400;
const name = "local";
const trailArn = `arn:aws:cloudtrail:${localRegion}:${localAccountId}:trail/${name}`;

/** @param startedAt - since when it logs. */
export function cloudTrailService(startedAt: Date, digestKey?: () => DigestKey): AwsService {
  const operations: Readonly<Record<string, (call: AwsCall) => JsonObject>> = {
    DescribeTrails(call) {
      allow(call, "*");
      const { trailNameList: asked } = call.input;
      // A trail that there is not is left out, and no error.
      const isListed = !Array.isArray(asked) || asked.length === 0 || asked.some(isOurs);
      return { trailList: isListed ? [trail] : [] };
    },
    ListPublicKeys(call) {
      allow(call, "*");
      if (!digestKey) return { PublicKeyList: [] };
      const { publicDer, fingerprint, madeAt } = digestKey();
      const start = madeAt.getTime() / 1000;
      const validity = { ValidityStartTime: start, ValidityEndTime: start + KEY_SECONDS };
      return {
        PublicKeyList: [{ Value: publicDer.toString("base64"), Fingerprint: fingerprint, ...validity }],
      };
    },
    GetTrailStatus(call) {
      assertOurs(call, call.input["Name"]);
      return { IsLogging: true, StartLoggingTime: startedAt.getTime() / 1000 };
    },
    GetEventSelectors(call) {
      assertOurs(call, call.input["TrailName"]);
      const selector = { ReadWriteType: "All", IncludeManagementEvents: true, DataResources: [] };
      return {
        TrailARN: trailArn,
        EventSelectors: [{ ...selector, ExcludeManagementEventSources: [] }],
      };
    },
  };
  return {
    async call(call) {
      const operation = Object.hasOwn(operations, call.operation) ? operations[call.operation] : undefined;
      if (!operation) throw unknownOperation("CloudTrail", call.operation);
      return operation(call);
    },
  };
}

const trail = {
  Name: name,
  TrailARN: trailArn,
  HomeRegion: localRegion,
  S3BucketName: "local-trail",
  IncludeGlobalServiceEvents: true,
  IsMultiRegionTrail: true,
  IsOrganizationTrail: false,
  LogFileValidationEnabled: true,
  HasCustomEventSelectors: false,
  HasInsightSelectors: false,
};

function isOurs(nameOrArn: unknown): boolean {
  return nameOrArn === name || nameOrArn === trailArn;
}

function assertOurs(call: AwsCall, nameOrArn: unknown): void {
  allow(call, trailArn);
  if (isOurs(nameOrArn)) return;
  throw new AwsError("TrailNotFoundException", "There is no such trail in the account");
}

function allow({ caller, operation }: AwsCall, resourceArn: string): void {
  authorise({ caller, action: `cloudtrail:${operation}`, resourceArn, conditionKeys: {} });
}
