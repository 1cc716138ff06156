/** One HTTP request to the endpoint: who calls, which service and operation, the answer in its protocol. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readLimited } from "../http/read-limited.ts";
import { isLambdaPath, type RestAnswer } from "../lambda/rest.ts";
import type { LambdaService } from "../lambda/service.ts";
import type { LocalStack } from "../stack.ts";
import { accessKeyIdOf, type Callers } from "./caller.ts";
import type { CloudTrailLog } from "./cloudtrail.ts";
import { withFaults, type Faults, type ServiceName } from "./faults.ts";
import { refusalOf } from "./guard.ts";
import { AwsError, parseInput, sendError, sendJson, unknownOperation } from "./protocol.ts";
import type { AwsCall, AwsService } from "./protocol.ts";
import { errorAnswer, send } from "./s3/answer.ts";
import type { ObjectStore } from "./s3/objects.ts";
import { readRequest } from "./s3/request.ts";
import { answerS3 } from "./s3/service.ts";
import { queryOperation, sendXml, sendXmlError, type QueryOperation } from "./query.ts";

/** DynamoDB's own limit of a request; KMS's is lower. */
const maxRequestBytes = 16 * 1024 * 1024;

export interface Services {
  /** As it is deployed now. */
  readonly stack: () => LocalStack;
  readonly callers: Callers;
  readonly cloudTrail: CloudTrailLog;
  /** By the name before the dot in `X-Amz-Target`. */
  readonly byTarget: Readonly<Record<string, readonly [ServiceName, AwsService]>>;
  /** By `Action`. */
  readonly queries: Readonly<Record<string, QueryOperation>>;
  readonly objects: ObjectStore;
  readonly now: () => Date;
  readonly lambda: LambdaApi | undefined;
  readonly fireRule: FireRule | undefined;
  readonly faults: Faults | undefined;
}

/** What the endpoint needs of Lambda. */
export type LambdaApi = Pick<LambdaService, "call" | "operationOf">;
/** False where there is no rule of that name. */
export type FireRule = (name: string) => boolean;

export async function answer(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  if (isS3(request)) return answerS3Request(services, request, response, requestId);
  response.setHeader("x-amzn-requestid", requestId);
  const contentType = request.headers["content-type"]?.split(";")[0] ?? "application/x-amz-json-1.1";
  const isQuery = contentType === "application/x-www-form-urlencoded";
  try {
    const refusal = refusalOf(request.headers, request.socket.localPort ?? 0);
    if (refusal !== undefined) throw new AwsError("AccessDeniedException", refusal, { status: 403 });
    const isLambda = services.lambda !== undefined && isLambdaPath(request.url);
    if (request.method === "GET" && !isLambda) {
      answerPage(services, request.url, response);
      return;
    }
    const body = await readLimited(request, maxRequestBytes);
    if (!body)
      throw new AwsError("RequestEntityTooLargeException", "The request is too large", { status: 413 });
    if (firesRule(services, request.url)) return sendJson(response, 200, {}, "application/json");
    const call = {
      caller: services.callers.identify(request.headers.authorization),
      requestId,
      userAgent: request.headers["user-agent"] ?? "",
      sourceIpAddress: request.socket.remoteAddress ?? "127.0.0.1",
    };
    if (isLambda) await answerLambda(services, request, body, call, response);
    else if (isQuery) await answerQuery(services, body, call, response);
    else await answerTarget(services, request, body, call, response, contentType);
  } catch (error) {
    if (isQuery) return sendXmlError(response, error, requestId);
    sendError(
      response,
      error,
      contentType.startsWith("application/x-amz-json") ? contentType : "application/json",
    );
  }
}

/** Its paths are anything; the service that a request was signed for tells it from the others. */
function isS3({ headers }: IncomingMessage): boolean {
  return /Credential=[^,]*\/s3\/aws4_request/.test(headers.authorization ?? "");
}

async function answerS3Request(
  { objects, callers, faults, now }: Services,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const { headers, method = "GET", url = "/", socket } = request;
  const isHead = method === "HEAD";
  try {
    const refusal = refusalOf(headers, socket.localPort ?? 0);
    if (refusal !== undefined) throw new AwsError("AccessDeniedException", refusal);
    const body = await readLimited(request, maxRequestBytes);
    if (!body) throw new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
    const caller = callers.identify(headers.authorization);
    const asked = readRequest(method, url, headers, body);
    const { operation, bucket, name } = asked;
    const call = {
      ...{ caller, requestId, operation, input: { Bucket: bucket, Key: name } },
      ...{ userAgent: headers["user-agent"] ?? "", sourceIpAddress: socket.remoteAddress ?? "127.0.0.1" },
    };
    const answered = await withFaults(faults, "s3", call, () => answerS3(objects, asked, call, now));
    send(response, answered, requestId, isHead);
  } catch (error) {
    send(response, errorAnswer(error, requestId), requestId, isHead);
  }
}

type Authenticated = Omit<AwsCall, "operation" | "input">;

async function answerLambda(
  { lambda, faults }: Services,
  { method = "GET", url = "/", headers }: IncomingMessage,
  body: Buffer,
  authenticated: Authenticated,
  response: ServerResponse,
): Promise<void> {
  if (!lambda) return;
  const [path = "", query] = url.split("?");
  const header = (name: string) => headers[name]?.toString();
  const { caller } = authenticated;
  const rest = { method, path, query: new URLSearchParams(query), header, body, caller };
  const call = { ...authenticated, operation: lambda.operationOf(rest), input: {} };
  sendRest(response, await withFaults(faults, "lambda", call, () => lambda.call(rest)));
}

function sendRest(response: ServerResponse, { status, headers, body }: RestAnswer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body);
}

async function answerQuery(
  { queries, faults }: Services,
  body: Buffer,
  authenticated: Authenticated,
  response: ServerResponse,
): Promise<void> {
  const form = new URLSearchParams(body.toString("utf8"));
  const operation = queryOperation(queries, form);
  const input = Object.fromEntries(form);
  const call = { ...authenticated, operation: form.get("Action") ?? "", input };
  const result = await withFaults(faults, operation.service, call, () => operation.run(call));
  sendXml(response, operation, call, result);
}

async function answerTarget(
  { byTarget, faults }: Services,
  request: IncomingMessage,
  body: Buffer,
  authenticated: Authenticated,
  response: ServerResponse,
  contentType: string,
): Promise<void> {
  // Some clients write a package before the service: com.amazonaws.….CloudTrail_20131101.DescribeTrails.
  const target = String(request.headers["x-amz-target"] ?? "").split(".");
  const [prefix = "", operation = ""] = target.slice(-2);
  const [name, service] = (Object.hasOwn(byTarget, prefix) && byTarget[prefix]) || [];
  if (!name || !service)
    throw unknownOperation(prefix === "" ? "services without X-Amz-Target, as" : prefix, operation);
  const call = { ...authenticated, operation, input: parseInput(body) };
  const output = await withFaults(faults, name, call, () => service.call(call));
  sendJson(response, 200, output, contentType);
}

/** `POST /_rules/<name>/fire`: what a schedule does in its time. */
function firesRule({ fireRule }: Services, path = ""): boolean {
  const name = /^\/_rules\/([\w.-]+)\/fire$/.exec(path)?.[1];
  return name !== undefined && fireRule?.(name) === true;
}

function answerPage(services: Services, path: string | undefined, response: ServerResponse): void {
  if (path === "/_cloudtrail")
    return sendJson(response, 200, { Records: services.cloudTrail.records() }, "application/json");
  if (path !== "/_roles") throw unknownOperation("pages, as", String(path));
  const { roles, functions } = services.stack();
  const listed = roles.map(({ logicalId, arn }) => {
    const fn = functions.find(({ roleArn }) => roleArn === arn);
    return {
      role: logicalId,
      ...(fn && { function: fn.name }),
      roleArn: arn,
      accessKeyId: accessKeyIdOf(arn),
    };
  });
  sendJson(response, 200, { roles: listed }, "application/json");
}
