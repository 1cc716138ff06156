import { gunzipSync } from "node:zlib";
import { CloudTrailLog, recordOf, type CloudTrailRecord } from "../../../local/aws/cloudtrail.ts";
import { callersOf } from "../../../local/aws/caller.ts";
import type { TrailResource } from "../../../local/stack.ts";
import { digestKeyOf } from "../../../local/trail/digest-key.ts";
import type { TrailObject } from "../../../local/trail/log-file.ts";
import { Trails, type TrailsOptions } from "../../../local/trail/trails.ts";
import { emptyStack } from "../../contract/stack.ts";

export const trail: TrailResource = {
  name: "toy",
  arn: "arn:aws:cloudtrail:us-east-1:111122223333:trail/toy",
  bucketName: "bucket",
  isLogging: true,
  validatesLogFiles: true,
};

export interface Digest {
  readonly digestStartTime: string;
  readonly digestEndTime: string;
  readonly digestS3Object: string;
  readonly digestPublicKeyFingerprint: string;
  readonly previousDigestS3Object: string | null;
  readonly previousDigestHashValue: string | null;
  readonly previousDigestSignature: string | null;
  readonly newestEventTime: string | null;
  readonly logFiles: readonly { s3Object: string; hashValue: string; newestEventTime: string }[];
}

const caller = callersOf(emptyStack).identify("AWS4-HMAC-SHA256 Credential=AKIAANY/x");

/** A key pair takes a tenth of a second: one for all tests of a file. */
export const digestKey = digestKeyOf(() => new Date("2026-11-25T00:00:00Z"));

/** A trail that delivers into a list; its clock is the tests'. */
export function toyTrails(options: Partial<TrailsOptions> = {}, log = new CloudTrailLog()) {
  const objects: TrailObject[] = [];
  const onBus: string[] = [];
  const now = () => new Date();
  const trails = new Trails({
    log,
    put: (_trail, object) => void objects.push(object),
    onEvent: ({ requestID }) => void onBus.push(requestID),
    now,
    delayMs: 0,
    digestMs: 3_600_000,
    digestKey,
    ...options,
  });
  const isDigest = ({ name }: TrailObject) => name.includes("/CloudTrail-Digest/");
  const json = ({ body }: TrailObject) => JSON.parse(gunzipSync(body).toString()) as unknown;
  return {
    trails,
    objects,
    onBus,
    /** One record, which is told apart by its request id. */
    add: (requestId: string) => {
      const call = { caller, operation: "Decrypt", input: {}, requestId, userAgent: "", sourceIpAddress: "" };
      log.add(recordOf(call, true, { requestParameters: {}, responseElements: null, resources: [] }, now()));
    },
    logFiles: () => objects.filter((object) => !isDigest(object)),
    /** The request ids of each log file. */
    delivered: () =>
      objects
        .filter((object) => !isDigest(object))
        .map((object) =>
          (json(object) as { Records: CloudTrailRecord[] }).Records.map((one) => one.requestID),
        ),
    digests: () => objects.filter(isDigest).map((object) => ({ ...object, json: json(object) as Digest })),
  };
}
