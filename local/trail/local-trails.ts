import type { AwsEndpoint } from "../aws/endpoint.ts";
import { putAsService } from "../aws/s3/put.ts";
import { apiCallByCloudTrail, type BusEvent } from "../events/rules.ts";
import type { DigestKey } from "./digest-key.ts";
import type { TrailFaults } from "./faults.ts";
import { Trails } from "./trails.ts";

export interface LocalTrailsOptions {
  readonly aws: AwsEndpoint;
  readonly putEvent: (event: BusEvent) => void;
  readonly digestKey: () => DigestKey;
  readonly delayMs: number;
  readonly digestMs: number;
  readonly file?: string | undefined;
  readonly faults?: TrailFaults | undefined;
}

/** The trails of the local system: its CloudTrail's records, to its buckets and its event bus. */
export function localTrails({ aws, putEvent, ...options }: LocalTrailsOptions): Trails {
  return new Trails({
    ...options,
    log: aws.cloudTrail,
    now: () => new Date(),
    put: ({ arn, bucketName }, { name, body, metadata }) => {
      putAsService(aws.objects, "cloudtrail.amazonaws.com", {
        ...{ bucket: bucketName, name, body, sourceArn: arn },
        // Not with a content encoding: what is read is the file.
        contentType: "application/x-gzip",
        ...(metadata && { metadata }),
      });
    },
    onEvent: (record) => {
      putEvent({
        "detail-type": apiCallByCloudTrail,
        source: `aws.${record.eventSource.split(".")[0] ?? ""}`,
        time: record.eventTime,
        detail: record,
      });
    },
  });
}
