/** What S3 tells EventBridge of a new object (Amazon S3 User Guide, "EventBridge event message structure"). */
import { randomUUID } from "node:crypto";
import { localAccountId, localRegion, type BucketResource } from "../../stack.ts";
import { wholeSeconds } from "../protocol.ts";
import type { ObjectVersion } from "./versions.ts";

/** The call that made it. */
export interface Cause {
  readonly requestId?: string;
  /** An account's id, or a service as `cloudtrail.amazonaws.com`. */
  readonly requester?: string;
  readonly sourceIpAddress?: string;
}

let count = 0;

export function objectCreated(
  { bucketName, arn }: BucketResource,
  name: string,
  { versionId, etag, size = 0, at }: ObjectVersion,
  { requestId = randomUUID(), requester = localAccountId, sourceIpAddress = "127.0.0.1" }: Cause = {},
): Readonly<Record<string, unknown>> {
  const object = {
    ...{ key: name, size, etag },
    ...(versionId !== "null" && { "version-id": versionId }),
    sequencer: sequencer(at),
  };
  return {
    ...{ version: "0", id: randomUUID(), "detail-type": "Object Created", source: "aws.s3" },
    account: localAccountId,
    // Whole seconds, as in AWS's example.
    time: wholeSeconds(new Date(at)),
    region: localRegion,
    resources: [arn],
    detail: {
      ...{ version: "0", bucket: { name: bucketName }, object, "request-id": requestId, requester },
      ...{ "source-ip-address": sourceIpAddress, reason: "PutObject" },
    },
  };
}

/** "the event with the greater sequencer occurred later": by time, then by count. */
function sequencer(at: number): string {
  count = (count + 1) % 0x1000000;
  return at.toString(16).padStart(12, "0") + count.toString(16).padStart(6, "0");
}
