import { createHash } from "node:crypto";
import { Readable, pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { parsedJson } from "./json.ts";
import { RecordSplitter } from "./record-splitter.ts";

/** What became of reading a log file. */
export interface TrailFileRead {
  /** SHA-256 of the uncompressed content, hexadecimal, as digests have it; absent where it ended early. */
  readonly hash?: string;
  readonly records: number;
  /** Not wholly a log file: cut, not gzip, not JSON of that form, or larger than any. Records before that stand. */
  readonly problem?: "malformed";
}

/** A file that says it is a few kilobytes must not become gigabytes. CloudTrail's have some megabytes. */
export const MOST_BYTES = 1024 ** 3;

/**
 * Reads a log file record by record, however large it is; what is not whole is named and no error.
 *
 * @param compressed - `{"Records":[…]}` in gzip, or as it is where somebody unpacked it.
 * @param take - gets each record that is JSON.
 * @param isWanted - of a record's text; what is not wanted is not parsed.
 * @throws what `take` throws, and what reading throws that is not the file's own fault.
 */
export async function readTrailFile(
  compressed: AsyncIterable<Uint8Array>,
  take: (record: unknown) => Promise<void> | void,
  isWanted: (text: string) => boolean = () => true,
): Promise<TrailFileRead> {
  const hash = createHash("sha256");
  const splitter = new RecordSplitter();
  let [bytes, records, broken] = [0, 0, false];
  const decoder = new TextDecoder("utf-8");
  const taken = async (texts: readonly string[]) => {
    for (const text of texts) {
      records += 1;
      if (!isWanted(text)) continue;
      const record = parsedJson(text);
      if (record === undefined) broken = true;
      else await take(record);
    }
  };
  const whole = await forEachChunk(compressed, async (chunk) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return false;
    hash.update(chunk);
    await taken(splitter.push(decoder.decode(chunk, { stream: true })));
    return true;
  });
  if (!whole) return { records, problem: "malformed" };
  return {
    hash: hash.digest("hex"),
    records,
    ...((broken || !splitter.isWhole) && { problem: "malformed" }),
  };
}

/** @returns false where the compressed stream was not whole, or `take` wanted no more. */
async function forEachChunk(
  compressed: AsyncIterable<Uint8Array>,
  take: (chunk: Uint8Array) => Promise<boolean>,
): Promise<boolean> {
  const { isGzip, source } = await peeked(compressed);
  if (!isGzip) return forEach(source, take);
  const gunzip = createGunzip();
  let failed: { readonly error: unknown } | undefined;
  // An error of the source reaches us through `gunzip` too, and is told apart here.
  const watched = Readable.from(watch(source, (error) => (failed = { error })));
  pipeline(watched, gunzip, () => undefined);
  const chunks = gunzip[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  for (;;) {
    const next = await chunks.next().catch(() => undefined);
    if (failed) throw failed.error;
    if (!next) return false;
    if (next.done) return true;
    if (!(await take(next.value))) {
      gunzip.destroy();
      return false;
    }
  }
}

async function forEach(
  source: AsyncIterable<Uint8Array>,
  take: (chunk: Uint8Array) => Promise<boolean>,
): Promise<boolean> {
  for await (const chunk of source) if (!(await take(chunk))) return false;
  return true;
}

async function* watch(source: AsyncIterable<Uint8Array>, failed: (error: unknown) => void) {
  try {
    yield* source;
  } catch (error) {
    failed(error);
    throw error;
  }
}

/** Gzip begins with 1f 8b (RFC 1952, section 2.3.1). The first piece may be a byte alone. */
async function peeked(source: AsyncIterable<Uint8Array>) {
  const chunks = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    head = Buffer.concat([head, next.value]);
    if (head.length >= 2) break;
  }
  async function* all() {
    yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  }
  return { isGzip: head[0] === 0x1f && head[1] === 0x8b, source: all() };
}
