/**
 * Digest files (CloudTrail User Guide, "CloudTrail digest file structure", "Custom implementations of CloudTrail log
 * file integrity validation").
 */
import { sign } from "node:crypto";
import { gzipSync } from "node:zlib";
import { wholeSeconds } from "../aws/protocol.ts";
import { localAccountId, localRegion, type TrailResource } from "../stack.ts";
import { compactTime, folderOf, sha256, type DigestedFile, type TrailObject } from "./log-file.ts";
import type { DigestKey } from "./digest-key.ts";

/** The digest before, as the next one names it. */
export interface DigestLink {
  readonly object: string;
  readonly hash: string;
  readonly signature: string;
}

export interface DigestFile extends TrailObject {
  readonly link: DigestLink;
}

export interface DigestContent {
  readonly start: Date;
  readonly end: Date;
  readonly files: readonly DigestedFile[];
  /** Absent of a starting digest. */
  readonly previous: DigestLink | undefined;
  /** When a digest was made of files that the one of their time had left out. */
  readonly backfilledAt?: Date;
}

const algorithm = "SHA256withRSA";

export function digestFile(
  trail: TrailResource,
  { start, end, files, previous, backfilledAt }: DigestContent,
  digestKey: DigestKey,
): DigestFile {
  const name = nameOf(trail, end, backfilledAt !== undefined);
  const times = files.flatMap(({ newestEventTime, oldestEventTime }) => [newestEventTime, oldestEventTime]);
  const sorted = times.toSorted();
  const content = Buffer.from(
    JSON.stringify({
      awsAccountId: localAccountId,
      digestStartTime: wholeSeconds(start),
      digestEndTime: wholeSeconds(end),
      digestS3Bucket: trail.bucketName,
      digestS3Object: name,
      digestPublicKeyFingerprint: digestKey.fingerprint,
      digestSignatureAlgorithm: algorithm,
      newestEventTime: sorted.at(-1) ?? null,
      oldestEventTime: sorted[0] ?? null,
      previousDigestS3Bucket: previous ? trail.bucketName : null,
      previousDigestS3Object: previous?.object ?? null,
      previousDigestHashValue: previous?.hash ?? null,
      previousDigestHashAlgorithm: previous ? "SHA-256" : null,
      previousDigestSignature: previous?.signature ?? null,
      logFiles: files,
    }),
  );
  const hash = sha256(content);
  const signed = [
    wholeSeconds(end),
    `${trail.bucketName}/${name}`,
    hash,
    // "null" of the first, as AWS's own CLI has it.
    previous?.signature ?? "null",
  ];
  const signature = sign("sha256", Buffer.from(signed.join("\n")), digestKey.privateKey).toString("hex");
  const metadata = {
    signature,
    "signature-algorithm": algorithm,
    ...(backfilledAt && { "backfill-generation-timestamp": wholeSeconds(backfilledAt) }),
  };
  return { name, body: gzipSync(content), metadata, link: { object: name, hash, signature } };
}

function nameOf(trail: TrailResource, end: Date, isBackfill: boolean): string {
  const parts = [localAccountId, "CloudTrail-Digest", localRegion, trail.name, localRegion, compactTime(end)];
  const name = `${parts.join("_")}${isBackfill ? "_backfill" : ""}.json.gz`;
  return `${folderOf(trail, "CloudTrail-Digest", end)}${name}`;
}
