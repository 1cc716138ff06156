/**
 * Bodies in `aws-chunked`, as SDKs send what they stream, with a checksum at the end (Amazon S3 API Reference,
 * "Signature calculations for trailing headers"). The chunks' signatures are not verified, as none is here.
 */
import type { IncomingHttpHeaders } from "node:http";
import { s3Error } from "./errors.ts";

export interface Decoded {
  readonly body: Buffer;
  /** Headers that came after the body, by their names in lower case. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** As it is, where it has no such encoding. @throws AwsError `IncompleteBody`, `MalformedTrailerError`. */
export function decodeBody(headers: IncomingHttpHeaders, sent: Buffer): Decoded {
  if (!headers["content-encoding"]?.split(",").some((one) => one.trim() === "aws-chunked"))
    return { body: sent, trailers: {} };
  const { body, end } = chunksOf(sent);
  if (String(body.length) !== headers["x-amz-decoded-content-length"]) throw incomplete();
  const trailers = trailersOf(sent.toString("latin1", end));
  const announced = headers["x-amz-trailer"]?.toString();
  if (announced !== undefined && !Object.hasOwn(trailers, announced))
    throw s3Error("MalformedTrailerError", "The request contained trailing data that was not well-formed.");
  return { body, trailers };
}

/** Each is its length in hexadecimal, perhaps with a signature, and the bytes; one of length 0 ends it. */
function chunksOf(sent: Buffer): { body: Buffer; end: number } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = sent.indexOf("\r\n", at);
    const digits = /^([0-9a-f]{1,8})(;|$)/i.exec(sent.toString("latin1", at, Math.max(lineEnd, at)))?.[1];
    if (lineEnd < 0 || digits === undefined) throw incomplete();
    const length = Number.parseInt(digits, 16);
    const start = lineEnd + 2;
    if (length === 0) return { body: Buffer.concat(chunks), end: start };
    at = start + length + 2;
    if (sent.toString("latin1", at - 2, at) !== "\r\n") throw incomplete();
    chunks.push(sent.subarray(start, start + length));
  }
}

function trailersOf(text: string): Readonly<Record<string, string>> {
  const lines = text.split("\r\n").filter((line) => line !== "");
  const pairs = lines.map((line) => {
    const [, name = "", value = ""] = /^([\w-]+):(.*)$/.exec(line) ?? [];
    return [name.toLowerCase(), value.trim()] as const;
  });
  return Object.fromEntries(pairs);
}

function incomplete() {
  return s3Error(
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
  );
}
