import { randomUUID } from "node:crypto";
import type { OnCreated } from "../aws/s3/objects.ts";
import type { BusEvent } from "./rules.ts";

/** A new object on EventBridge (Amazon S3 User Guide, "EventBridge event message structure"), where its bucket sends events. */
export function objectCreatedEvents(put: (event: BusEvent) => void): OnCreated {
  return ({ bucketName, arn, sendsEvents }, name, { body, etag, versionId, at }) => {
    if (!sendsEvents) return;
    put({
      "detail-type": "Object Created",
      source: "aws.s3",
      time: new Date(at).toISOString().replace(/\.\d+Z$/, "Z"),
      resources: [arn],
      detail: {
        version: "0",
        bucket: { name: bucketName },
        object: {
          key: name,
          size: body?.length ?? 0,
          etag,
          ...(versionId !== "null" && { "version-id": versionId }),
          sequencer: at.toString(16).toUpperCase().padStart(18, "0"),
        },
        "request-id": randomUUID(),
        requester: "s3.amazonaws.com",
        "source-ip-address": "127.0.0.1",
        reason: "PutObject",
      },
    });
  };
}
