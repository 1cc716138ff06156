import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { accountOf, type Caller } from "../aws/caller.ts";
import { localAccountId, localRegion } from "../stack.ts";

const domainPrefix = "local";

/**
 * The event of a function URL with IAM authorization, payload format 2.0 (Lambda Developer Guide, "Invoking
 * Lambda function URLs", read in November 2026). Path and query are as the client sent them.
 */
export function urlEvent(request: IncomingMessage, caller: Caller, body: Buffer) {
  const { method = "GET", url = "/" } = request;
  const [rawPath, rawQueryString = ""] = splitOnce(url, "?");
  const { cookie, ...headers } = headersOf(request);
  const queryStringParameters = queryOf(rawQueryString);
  const isBase64Encoded = body.byteLength > 0 && !isText(headers["content-type"]);
  const now = new Date();
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/[;,]\s*/) }),
    headers,
    ...(queryStringParameters && { queryStringParameters }),
    requestContext: {
      accountId: localAccountId,
      apiId: domainPrefix,
      authentication: null,
      authorizer: { iam: identityOf(caller) },
      domainName: `${domainPrefix}.lambda-url.${localRegion}.on.aws`,
      domainPrefix,
      http: {
        method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(body.byteLength > 0 && { body: body.toString(isBase64Encoded ? "base64" : "utf8") }),
    pathParameters: null,
    isBase64Encoded,
    stageVariables: null,
  };
}

function identityOf(caller: Caller) {
  return {
    accessKey: caller.accessKeyId,
    accountId: accountOf(caller),
    callerId: caller.principalId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: caller.arn,
    userId: caller.principalId,
  };
}

/**
 * The documentation says that a body "of binary type" is in base64, not which types are. Seen at AWS with
 * payload format 2.0 (ministackorg/ministack pull request 766, 2026): all but these, no type included.
 */
function isText(contentType = ""): boolean {
  return /^(text\/.*|application\/(json|xml|javascript))$/i.test(contentType.split(";", 1)[0]?.trim() ?? "");
}

/** Without what objects inherit: a caller may send a header or a parameter named `constructor`. */
const noValues = () => Object.create(null) as Record<string, string>;

/** Names in lower case; the values of a repeated one with commas between. */
function headersOf({ rawHeaders }: IncomingMessage): Partial<Record<string, string>> {
  const headers = noValues();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    headers[name] = name in headers ? `${headers[name]},${value}` : value;
  }
  return headers;
}

function queryOf(rawQueryString: string): Record<string, string> | undefined {
  const query = noValues();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    query[name] = name in query ? `${query[name]},${value}` : value;
  }
  return rawQueryString === "" ? undefined : query;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** `12/Mar/2020:19:03:58 +0000` */
function commonLogTime(date: Date): string {
  const [, day = "", month = "", year = "", time = ""] = date.toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}
