/**
 * The JSON 1.0 and 1.1 protocols of AWS, as far as the SDKs read them: errors carry `__type` and
 * `message`, and their name again in `x-amzn-errortype`; every answer has `x-amzn-requestid`
 * (Smithy documentation, "AWS JSON 1.1 protocol", "Operation error serialization").
 */
import { crc32 } from "node:zlib";
import type { ServerResponse } from "node:http";
import type { Statement } from "../stack.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** An error as AWS would answer it; anything else that is thrown answers `InternalFailure`. */
export class AwsError extends Error {
  /** The exception's name, as `AccessDeniedException`. */
  readonly code: string;
  readonly status: number;
  /** Further members of the error's body, as `Item`. */
  readonly members: JsonObject;

  constructor(code: string, message = "", options: { status?: number; members?: JsonObject } = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
  }
}

/** The identity of a call, in the forms that policies and CloudTrail need. */
export interface Caller {
  readonly type: "AssumedRole" | "IAMUser" | "AWSService";
  /** What error messages and CloudTrail name: of a role, its session. */
  readonly arn: string;
  /** What policies match (`aws:PrincipalArn`): of a role session, the role. */
  readonly principalArn: string;
  readonly principalId: string;
  /** Role or user name. */
  readonly name: string;
  readonly accessKeyId: string;
  readonly statements: readonly Statement[];
}

/** One authenticated call of one operation. */
export interface AwsCall {
  readonly caller: Caller;
  readonly operation: string;
  readonly input: JsonObject;
  readonly requestId: string;
  readonly userAgent: string;
  readonly sourceIpAddress: string;
}

/** A service: answers an operation's output, or throws `AwsError`. */
export interface AwsService {
  call(call: AwsCall): Promise<JsonObject>;
}

/** Refuses by name what the local endpoint has not. */
export function unknownOperation(service: string, operation: string): AwsError {
  return new AwsError(
    "UnknownOperationException",
    `The local endpoint does not have ${service} ${operation}`,
  );
}

/** The body as a JSON object; never quotes what it cannot read. */
export function parseInput(body: Buffer): JsonObject {
  try {
    const parsed: unknown = JSON.parse(body.length === 0 ? "{}" : body.toString("utf8"));
    if (isObject(parsed)) return parsed;
  } catch {
    // answered below, without the parser's text: it quotes its input
  }
  throw new AwsError("SerializationException", "The body is not a JSON object");
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As CloudTrail and EventBridge have times: ISO 8601, without fractions of seconds. */
export function wholeSeconds(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, "Z");
}

/** Writes JSON with the headers that AWS sends; the checksum is what DynamoDB's SDKs verify. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: JsonObject,
  contentType: string,
): void {
  const bytes = Buffer.from(JSON.stringify(body), "utf8");
  response.statusCode = status;
  response.setHeader("content-type", contentType);
  response.setHeader("content-length", bytes.length);
  response.setHeader("x-amz-crc32", crc32(bytes));
  response.end(bytes);
}

export function sendError(response: ServerResponse, error: unknown, contentType: string): void {
  const known =
    error instanceof AwsError
      ? error
      : new AwsError("InternalFailure", "The emulation failed", { status: 500 });
  const message = known.message === "" ? {} : { message: known.message };
  response.setHeader("x-amzn-errortype", known.code);
  sendJson(response, known.status, { __type: known.code, ...message, ...known.members }, contentType);
}
