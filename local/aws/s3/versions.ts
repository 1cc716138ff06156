/** What is kept of an object, and the lines in which it survives the process. */
import { randomBytes } from "node:crypto";
import type { Bodies } from "./bodies.ts";
import type { Checksum } from "./digests.ts";
import type { Retention } from "./retention.ts";

interface AboutVersion {
  readonly versionId: string;
  /** 32 hexadecimal digits; empty of a delete marker. */
  readonly etag: string;
  readonly contentType: string;
  /** Further headers that it is answered with, as `content-encoding`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Names in lower case, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksum?: Checksum;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly retention?: Retention;
  /** In bytes; absent of a delete marker. */
  readonly size?: number;
}

export interface ObjectVersion extends AboutVersion {
  /** Absent of a delete marker. Read from its file when it is asked for, where there is one. */
  readonly body?: Buffer;
}

export interface NewObject {
  readonly body: Buffer;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly checksum?: Checksum;
  readonly retention?: Retention;
  /** `If-None-Match: *` */
  readonly onlyIfAbsent?: boolean;
}

/** A version as a line has it. */
export interface KeptVersion extends AboutVersion {
  /** Of its body in the file of the bodies. */
  readonly offset?: number;
}

/** One change, as it is kept. */
export interface Line {
  readonly bucket: string;
  readonly name: string;
  readonly put?: KeptVersion;
  /** The id of a version that is gone. */
  readonly removed?: string;
}

export function versionOf({ offset, ...about }: KeptVersion, bodies: Bodies): ObjectVersion {
  const { size } = about;
  if (size === undefined || offset === undefined) return about;
  return Object.defineProperty({ ...about }, "body", { get: () => bodies.read(offset, size) });
}

/** As opaque as S3's. */
export function newVersionId(): string {
  return randomBytes(24).toString("base64url");
}
