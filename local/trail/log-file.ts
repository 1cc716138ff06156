/**
 * A log file, as CloudTrail delivers it (CloudTrail User Guide, "CloudTrail log file name format", "CloudTrail log
 * file examples").
 */
import { createHash, randomInt } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { CloudTrailRecord } from "../aws/cloudtrail.ts";
import { localAccountId, localRegion, type TrailResource } from "../stack.ts";

/** What a digest says of a log file. */
export interface DigestedFile {
  readonly s3Bucket: string;
  readonly s3Object: string;
  /** Of the uncompressed content, hexadecimal. */
  readonly hashValue: string;
  readonly hashAlgorithm: "SHA-256";
  readonly newestEventTime: string;
  readonly oldestEventTime: string;
}

export interface TrailObject {
  readonly name: string;
  readonly body: Buffer;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface LogFile extends TrailObject {
  readonly digested: DigestedFile;
}

export function logFile(trail: TrailResource, records: readonly CloudTrailRecord[], at: Date): LogFile {
  const content = Buffer.from(JSON.stringify({ Records: records }));
  const minute = `${compactTime(at).slice(0, -3)}Z`;
  const file = `${localAccountId}_CloudTrail_${localRegion}_${minute}_${uniqueText()}.json.gz`;
  const name = `${folderOf(trail, "CloudTrail", at)}${file}`;
  const digested = {
    s3Bucket: trail.bucketName,
    s3Object: name,
    hashValue: sha256(content),
    hashAlgorithm: "SHA-256" as const,
    ...timesOf(records.map(({ eventTime }) => eventTime)),
  };
  return { name, body: gzipSync(content), digested };
}

/** `[prefix/]AWSLogs/<account>/<folder>/<region>/YYYY/MM/DD/` */
export function folderOf({ prefix }: TrailResource, folder: string, at: Date): string {
  const day = at.toISOString().slice(0, 10).replaceAll("-", "/");
  return `${prefix === undefined ? "" : `${prefix}/`}AWSLogs/${localAccountId}/${folder}/${localRegion}/${day}/`;
}

/** `YYYYMMDDTHHmmssZ` */
export function compactTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

export function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function timesOf(times: readonly string[]) {
  const sorted = times.toSorted();
  return { newestEventTime: sorted.at(-1) ?? "", oldestEventTime: sorted[0] ?? "" };
}

/** "The 16-character UniqueString component of the log file name is there to prevent overwriting of files." */
function uniqueText(): string {
  const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length: 16 }, () => characters[randomInt(characters.length)]).join("");
}
