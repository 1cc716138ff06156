import type { CloudTrailLog, CloudTrailRecord } from "../aws/cloudtrail.ts";
import type { JsonObject } from "../aws/protocol.ts";
import { putAsService } from "../aws/s3/put.ts";
import type { ObjectStore } from "../aws/s3/objects.ts";
import { apiCallByCloudTrail } from "../events/rules.ts";
import type { DigestKey } from "./digest-key.ts";
import type { TrailFaults } from "./faults.ts";
import { Trails } from "./trails.ts";

/** How trails deliver. */
export interface TrailTimes {
  /** From a call to the file that has it, at the least, in ms (default 0). */
  readonly delayMs?: number;
  /** Between digests, in ms (default a minute; AWS's hour is long for one machine). */
  readonly digestMs?: number;
  readonly faults?: TrailFaults | undefined;
}

export interface LocalTrailsOptions {
  readonly log: CloudTrailLog;
  readonly objects: ObjectStore;
  readonly now: () => Date;
  readonly times: TrailTimes;
  readonly digestKey: () => DigestKey;
  readonly putEvent: ((event: JsonObject) => void) | undefined;
  readonly file: string | undefined;
}

const service = "cloudtrail.amazonaws.com";

/** The trails of the local system: its CloudTrail records, its buckets, its event bus. */
export function localTrails({ times, objects, putEvent, ...options }: LocalTrailsOptions): Trails {
  const { delayMs = 0, digestMs = 60_000, faults } = times;
  return new Trails({
    ...options,
    delayMs,
    digestMs,
    faults,
    put: ({ arn, bucketName }, { name, body, metadata }) => {
      const type = { contentType: "application/json", contentEncoding: "gzip" };
      putAsService(objects, service, {
        bucket: bucketName,
        name,
        body,
        ...type,
        ...(metadata && { metadata }),
        sourceArn: arn,
      });
    },
    onEvent: (record) => putEvent?.(busEvent(record)),
  });
}

/** EventBridge User Guide, "Events from AWS services": "AWS API Call via CloudTrail", with the record as its detail. */
function busEvent(record: CloudTrailRecord): JsonObject {
  const { eventSource, eventTime } = record;
  return {
    "detail-type": apiCallByCloudTrail,
    source: `aws.${eventSource.replace(".amazonaws.com", "")}`,
    time: eventTime,
    resources: [],
    detail: record,
  };
}
