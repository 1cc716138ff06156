/**
 * The one endpoint that speaks AWS's protocols on this machine: KMS, DynamoDB, DynamoDB Streams, Lambda and
 * STS GetCallerIdentity, for any AWS SDK or the AWS CLI. For development and evaluation: signatures are
 * not verified, and the key material of the emulated KMS is in this process.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { readLimited } from "../http/read-limited.ts";
import { listen } from "../http/server.ts";
import type { LocalStack } from "../stack.ts";
import type { RestAnswer, RestCall } from "../lambda/rest.ts";
import type { LambdaService } from "../lambda/service.ts";
import { accessKeyIdOf, callersOf, type Caller, type Callers } from "./caller.ts";
import { CloudTrailLog, type CloudTrailRecord } from "./cloudtrail.ts";
import { startDynamoDb } from "./dynamodb/start.ts";
import { refusalOf } from "./guard.ts";
import { assertSupported } from "./iam/supported.ts";
import { KeyStore } from "./kms/keys.ts";
import { kmsService } from "./kms/kms.ts";
import { AwsError, parseInput, sendError, sendJson, unknownOperation, type AwsService } from "./protocol.ts";
import { callerIdentityXml } from "./sts.ts";

export interface AwsEndpointOptions {
  readonly stack: LocalStack;
  /** 0: any that is free. */
  readonly port: number;
  /** Keeps tables, keys and CloudTrail records; without it everything is in memory. */
  readonly dataDirectory?: string;
  /** ARNs of roles that are none of the stack's. */
  readonly outsideRoles?: readonly string[];
  readonly now?: () => Date;
  /** Lambda's API; without it the endpoint has none. */
  readonly lambda?: Pick<LambdaService, "call">;
  /** Fires a rule of the stack, for the page that does so; false where there is none of that name. */
  readonly fireRule?: (name: string) => boolean;
}

export interface AwsEndpoint extends Callers {
  /** `http://127.0.0.1:7481` */
  readonly url: string;
  readonly port: number;
  /** The access key id under which a call is made with that role. */
  accessKeyIdOf(roleArn: string): string;
  /** The records so far, oldest first. */
  cloudTrailRecords(): CloudTrailRecord[];
  /** Answers what is under way, then lets go of port, timers and files. */
  close(): Promise<void>;
}

/** DynamoDB's own limit of a request; KMS's is lower. */
const maxRequestBytes = 16 * 1024 * 1024;

/** Longer than the 60 s after which AWS's SDKs and Lambda's may still reuse a connection. */
const keepAliveMs = 75_000;

interface Services {
  readonly stack: LocalStack;
  readonly callers: Callers;
  readonly cloudTrail: CloudTrailLog;
  readonly byTarget: Readonly<Record<string, AwsService>>;
  readonly lambda: Pick<LambdaService, "call"> | undefined;
  readonly fireRule: AwsEndpointOptions["fireRule"];
}

/**
 * Starts the endpoint on 127.0.0.1.
 *
 * @throws Error where a policy has something that is not evaluated here (by name), or the port is taken (`EADDRINUSE`).
 */
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
  const { stack, dataDirectory } = options;
  const now = options.now ?? (() => new Date());
  if (dataDirectory !== undefined) mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const file = (name: string) => (dataDirectory === undefined ? undefined : join(dataDirectory, name));
  for (const role of stack.roles) assertSupported(role.statements);
  for (const { url } of stack.functions) if (url) assertSupported(url.policy);
  const callers = callersOf(stack, options.outsideRoles);
  const keys = new KeyStore(stack.kmsKeys, now, file("kms.json"));
  const cloudTrail = new CloudTrailLog(file("cloudtrail.jsonl"));
  const dynamoDb = await startDynamoDb(stack.tables, now, file("dynamodb"));
  const byTarget = {
    TrentService: kmsService(keys, cloudTrail, now),
    DynamoDB_20120810: dynamoDb.service,
    DynamoDBStreams_20120810: dynamoDb.streams,
  };
  const { lambda, fireRule } = options;
  const services: Services = { stack, callers, cloudTrail, byTarget, lambda, fireRule };
  const server = createServer((request, response) => void answer(services, request, response));
  server.keepAliveTimeout = keepAliveMs;
  const url = await listen(server, options.port).catch(async (error: unknown) => {
    await dynamoDb.close();
    throw error;
  });
  const { port } = server.address() as AddressInfo;
  return {
    url,
    port,
    accessKeyIdOf,
    identify: (authorization) => callers.identify(authorization),
    cloudTrailRecords: () => cloudTrail.records(),
    async close() {
      await stop(server);
      await dynamoDb.close();
    },
  };
}

/** What is under way has two seconds; connections that are kept alive for later are closed as they fall idle. */
async function stop(server: Server): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const late = setTimeout(() => server.closeAllConnections(), 2_000);
  await new Promise((resolve) => server.close(resolve));
  clearInterval(idle);
  clearTimeout(late);
}

async function answer(services: Services, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = randomUUID();
  response.setHeader("x-amzn-requestid", requestId);
  const contentType = request.headers["content-type"]?.split(";")[0] ?? "application/x-amz-json-1.1";
  try {
    const refusal = refusalOf(request.headers, request.socket.localPort ?? 0);
    if (refusal !== undefined) throw new AwsError("AccessDeniedException", refusal, { status: 403 });
    const isLambda = services.lambda && /^\/20\d\d-\d\d-\d\d\//.test(request.url ?? "");
    if (request.method === "GET" && !isLambda) {
      answerPage(services, request.url, response);
      return;
    }
    const body = await readLimited(request, maxRequestBytes);
    if (!body)
      throw new AwsError("RequestEntityTooLargeException", "The request is too large", { status: 413 });
    if (firesRule(services, request.url)) {
      sendJson(response, 200, {}, "application/json");
      return;
    }
    const caller = services.callers.identify(request.headers.authorization);
    if (services.lambda && isLambda) {
      sendRest(response, await services.lambda.call(restCall(request, body, caller)));
      return;
    }
    if (contentType === "application/x-www-form-urlencoded") {
      const xml = callerIdentityXml(new URLSearchParams(body.toString("utf8")), caller, requestId);
      response.setHeader("content-type", "text/xml");
      response.end(xml);
      return;
    }
    const [prefix = "", operation = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
    const service = Object.hasOwn(services.byTarget, prefix) ? services.byTarget[prefix] : undefined;
    if (!service)
      throw unknownOperation(prefix === "" ? "services without X-Amz-Target, as" : prefix, operation);
    const userAgent = request.headers["user-agent"] ?? "";
    const sourceIpAddress = request.socket.remoteAddress ?? "127.0.0.1";
    const call = { caller, operation, input: parseInput(body), requestId, userAgent, sourceIpAddress };
    sendJson(response, 200, await service.call(call), contentType);
  } catch (error) {
    sendError(
      response,
      error,
      contentType.startsWith("application/x-amz-json") ? contentType : "application/json",
    );
  }
}

/** `POST /_rules/<name>/fire`: what a schedule does in its time. */
function firesRule({ fireRule }: Services, path = ""): boolean {
  const name = /^\/_rules\/([\w.-]+)\/fire$/.exec(path)?.[1];
  return name !== undefined && fireRule?.(name) === true;
}

function restCall(request: IncomingMessage, body: Buffer, caller: Caller): RestCall {
  const { method = "GET", url = "/", headers } = request;
  const [path = "", query] = url.split("?");
  const header = (name: string) => headers[name]?.toString();
  return { method, path, query: new URLSearchParams(query), header, body, caller };
}

function sendRest(response: ServerResponse, { status, headers, body }: RestAnswer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body);
}

function answerPage(services: Services, path: string | undefined, response: ServerResponse): void {
  if (path === "/_cloudtrail")
    return sendJson(response, 200, { Records: services.cloudTrail.records() }, "application/json");
  if (path !== "/_roles") throw unknownOperation("pages, as", String(path));
  const roles = services.stack.functions.map(({ name, roleArn }) => ({
    function: name,
    roleArn,
    accessKeyId: accessKeyIdOf(roleArn),
  }));
  sendJson(response, 200, { roles }, "application/json");
}
