/** Amazon S3 User Guide, "EventBridge event message structure". */
import { expect, test } from "vitest";
import { ObjectStore } from "../../../local/aws/s3/objects.ts";
import { objectCreatedEvents } from "../../../local/events/object-created.ts";
import type { BusEvent } from "../../../local/events/rules.ts";

const bucket = (bucketName: string, sendsEvents: boolean) => ({
  bucketName,
  arn: `arn:aws:s3:::${bucketName}`,
  versioned: true,
  lockEnabled: false,
  sendsEvents,
  policy: [],
});

test("a new object of a bucket that sends events is on the bus; of others none is", () => {
  const events: BusEvent[] = [];
  const at = new Date("2026-11-25T10:00:00.123Z");
  const store = new ObjectStore([bucket("loud", true), bucket("quiet", false)], () => at);
  store.onCreated = objectCreatedEvents((event) => void events.push(event));
  store.put("quiet", "a", { body: Buffer.from("x") });
  const { versionId, etag } = store.put("loud", "AWSLogs/a b.json.gz", { body: Buffer.from("four") });
  expect(events).toEqual([
    {
      "detail-type": "Object Created",
      source: "aws.s3",
      time: "2026-11-25T10:00:00Z",
      resources: ["arn:aws:s3:::loud"],
      detail: {
        version: "0",
        bucket: { name: "loud" },
        object: {
          key: "AWSLogs/a b.json.gz",
          size: 4,
          etag,
          "version-id": versionId,
          sequencer: expect.stringMatching(/^[0-9A-F]{18}$/) as string,
        },
        "request-id": expect.any(String) as string,
        requester: "s3.amazonaws.com",
        "source-ip-address": "127.0.0.1",
        reason: "PutObject",
      },
    },
  ]);
});
