import type { TrailFileName } from "./trail-names.ts";

/** A file of the trail as a listing shows it. */
export interface ListedFile extends TrailFileName {
  /** When it came to be there; where that is not known, by when. Milliseconds since 1970. */
  readonly modifiedAt: number;
}

export interface TrailContent {
  readonly body: AsyncIterable<Uint8Array>;
  /** Of a digest: its signature, hexadecimal, from the object's metadata. */
  readonly signature?: string;
}

/** Where the files of the trail are, of the account and region of the stack's KMS keys. */
export interface TrailSource {
  /** `s3://bucket/prefix`, or the folder. */
  readonly name: string;
  /**
   * Those whose names have a time between the two (ISO 8601), both included; the oldest day first.
   *
   * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
   */
  list(kind: TrailFileName["kind"], from: string, to: string): AsyncIterable<ListedFile>;
  /** @returns undefined where there is no such file. Throws the same. */
  open(name: string): Promise<TrailContent | undefined>;
}
