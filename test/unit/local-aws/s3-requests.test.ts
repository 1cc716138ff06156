/** Requests as they are on the line: what is refused by name, and bodies in chunks (Amazon S3 API Reference). */
import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { bucketResource, emptyStack } from "../../contract/stack.ts";

let endpoint: AwsEndpoint;
beforeAll(async () => {
  endpoint = await startAwsEndpoint({
    stack: { ...emptyStack, buckets: [bucketResource("plain", "versioned")] },
    port: 0,
  });
});
afterAll(() => endpoint.close());

const signed = {
  authorization: "AWS4-HMAC-SHA256 Credential=AKIAANY/20260101/us-east-1/s3/aws4_request, Signature=x",
};

interface Answer {
  readonly status: number;
  readonly text: string;
}

function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = "",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port: endpoint.port,
      method,
      path,
      headers: { ...signed, ...headers },
    };
    const outgoing = httpRequest(options, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    outgoing.on("error", reject).end(body);
  });
}

const codeOf = ({ text }: Answer) => /<Code>(.*)<\/Code>/.exec(text)?.[1];

describe("what it has not is refused by name", () => {
  test.each([
    ["GET", "/plain", {}, "GET bucket"],
    ["GET", "/plain?acl", {}, "acl"],
    ["GET", "/plain/a?tagging", {}, "GetObject with tagging"],
    ["PUT", "/plain/a?partNumber=1&uploadId=x", {}, "PutObject with partNumber"],
    ["POST", "/plain/a?uploads", {}, "POST object with uploads"],
    ["POST", "/plain?delete", {}, "POST bucket with delete"],
    ["DELETE", "/plain", {}, "DELETE bucket"],
    ["PUT", "/plain", {}, "PUT bucket"],
    ["GET", "/", {}, "without a bucket"],
    ["GET", "/plain/a", { range: "bytes=0-1" }, "GetObject with range"],
    ["GET", "/plain/a", { "if-match": "x" }, "GetObject with if-match"],
    ["PUT", "/plain/a", { "if-match": "x" }, "PutObject with if-match"],
    ["PUT", "/plain/a", { "if-none-match": "x" }, "PutObject with this if-none-match"],
    ["PUT", "/plain/a", { "x-amz-copy-source": "/plain/b" }, "x-amz-copy-source"],
    ["PUT", "/plain/a", { "x-amz-object-lock-legal-hold": "ON" }, "x-amz-object-lock-legal-hold"],
    ["PUT", "/plain/a", { "x-amz-server-side-encryption": "aws:kms" }, "x-amz-server-side-encryption"],
    ["PUT", "/plain/a", { "x-amz-checksum-crc32c": "AAAAAA==" }, "x-amz-checksum-crc32c"],
    ["PUT", "/plain/a", { "x-amz-storage-class": "GLACIER" }, "x-amz-storage-class"],
    ["GET", "/plain?versions&delimiter=/", {}, "ListObjectVersions with delimiter"],
  ])("%s %s %o", async (method, path, headers, named) => {
    const answer = await send(method, path, headers);
    expect([answer.status, codeOf(answer)]).toEqual([501, "NotImplemented"]);
    expect(answer.text).toContain(named);
  });

  test("and nothing is stored by it", async () => {
    const { text } = await send("GET", "/plain?versions&prefix=a");
    expect(text).not.toContain("<Version>");
  });

  test.each([
    [
      "an ACL other than the owner's own",
      "/plain/a",
      { "x-amz-acl": "public-read" },
      "AccessControlListNotSupported",
    ],
    ["a name that is no UTF-8", "/plain/%ff", {}, "InvalidURI"],
    ["metadata of more than 2 KB", "/plain/a", { "x-amz-meta-a": "x".repeat(2048) }, "MetadataTooLarge"],
    [
      "two checksums",
      "/plain/a",
      { "x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-sha1": "x" },
      "InvalidRequest",
    ],
    ["a checksum that is none", "/plain/a", { "x-amz-checksum-crc32": "x" }, "InvalidRequest"],
    [
      "a body that is not the signed one",
      "/plain/a",
      { "x-amz-content-sha256": "0".repeat(64) },
      "XAmzContentSHA256Mismatch",
    ],
  ])("%s", async (_name, path, headers, code) => {
    const answer = await send("PUT", path, headers, "body");
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
  });

  test("a HEAD has a status only", async () => {
    expect(await send("HEAD", "/plain/none")).toEqual({ status: 404, text: "" });
    expect(await send("HEAD", "/none")).toEqual({ status: 404, text: "" });
  });

  test("a page of another site may not ask", async () => {
    expect(await send("GET", "/plain?versions", { origin: "https://evil.example" })).toMatchObject({
      status: 403,
    });
  });
});

describe("a body in aws-chunked", () => {
  const crcOf = (text: string) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(text));
    return bytes.toString("base64");
  };
  const chunk = (text: string, extension = "") => `${text.length.toString(16)}${extension}\r\n${text}\r\n`;
  const trailer = `x-amz-checksum-crc32:${crcOf("firstlast")}\r\n`;
  const headers = (more: Record<string, string> = {}) => ({
    "content-encoding": "aws-chunked",
    "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "x-amz-decoded-content-length": "9",
    "x-amz-trailer": "x-amz-checksum-crc32",
    ...more,
  });
  const whole = `${chunk("first")}${chunk("last")}0\r\n${trailer}\r\n`;

  test.each([
    ["with its checksum at the end", whole, {}],
    [
      "with signed chunks",
      `${chunk("first", ";chunk-signature=00")}${chunk("last", ";chunk-signature=00")}0;chunk-signature=00\r\n${trailer}x-amz-trailer-signature:00\r\n\r\n`,
      {},
    ],
  ])("%s is stored without the chunks", async (_name, body, more) => {
    expect(await send("PUT", "/plain/chunked", headers(more), body)).toMatchObject({ status: 200 });
    expect(await send("GET", "/plain/chunked")).toEqual({ status: 200, text: "firstlast" });
  });

  test.each([
    ["a checksum of another body", whole.replace("last", "LAST"), {}, "BadDigest"],
    ["a chunk too short", whole.replace("last", "las"), {}, "IncompleteBody"],
    ["no end", chunk("first") + chunk("last"), {}, "IncompleteBody"],
    ["no length", whole.replace("5\r\n", "\r\n"), {}, "IncompleteBody"],
    ["another length than announced", whole, { "x-amz-decoded-content-length": "8" }, "IncompleteBody"],
    [
      "no checksum, though announced",
      `${chunk("first")}${chunk("last")}0\r\n\r\n`,
      {},
      "MalformedTrailerError",
    ],
    [
      "a trailer that is not known",
      whole.replace("x-amz-checksum-crc32:", "x-amz-checksum-crc32c:"),
      { "x-amz-trailer": "x-amz-checksum-crc32c" },
      "NotImplemented",
    ],
  ])("with %s is refused, and nothing is stored", async (_name, body, more, code) => {
    const name = createHash("sha1").update(_name).digest("hex");
    expect(codeOf(await send("PUT", `/plain/${name}`, headers(more), body))).toBe(code);
    expect((await send("GET", `/plain/${name}`)).status).toBe(404);
  });
});
