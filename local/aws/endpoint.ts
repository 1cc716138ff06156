/**
 * The one endpoint that speaks AWS's protocols on this machine, for any AWS SDK or the AWS CLI: KMS,
 * DynamoDB and its streams, S3, Lambda, and of STS, CloudFormation and CloudTrail what an operator's command
 * asks. For development and evaluation: signatures are not verified, and the key material of the emulated
 * KMS is in this process.
 */
import { mkdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "../http/server.ts";
import type { LocalStack, Statement } from "../stack.ts";
import { answer, type FireRule, type LambdaApi } from "./answer.ts";
import { accessKeyIdOf, CallerDirectory, type Caller, type Callers } from "./caller.ts";
import { cloudFormationOperations, type Deployment } from "./cloudformation.ts";
import { CloudTrailLog, type CloudTrailRecord } from "./cloudtrail.ts";
import { startDynamoDb, type DynamoDb } from "./dynamodb/start.ts";
import type { Faults } from "./faults.ts";
import { assertSupported } from "./iam/supported.ts";
import { KeyStore } from "./kms/keys.ts";
import { kmsService } from "./kms/kms.ts";
import type { JsonObject } from "./protocol.ts";
import { objectCreated } from "./s3/events.ts";
import { ObjectStore } from "./s3/objects.ts";
import { digestKeyOf } from "../trail/digest-key.ts";
import { localTrails, type TrailTimes } from "../trail/local-trails.ts";
import { assertDeliverable } from "../trail/permissions.ts";
import type { Trails } from "../trail/trails.ts";
import { stsOperations } from "./sts.ts";
import { cloudTrailService } from "./trail.ts";

export interface AwsEndpointOptions {
  readonly stack: LocalStack;
  /** 0: any that is free. */
  readonly port: number;
  /** Keeps tables, keys and CloudTrail records; without it everything is in memory. */
  readonly dataDirectory?: string;
  /** ARNs of roles that are none of the stack's. */
  readonly outsideRoles?: readonly string[];
  readonly now?: () => Date;
  /** How long an on-demand rotation of a KMS key takes (default 0: at once). */
  readonly rotationMs?: number | undefined;
  /** For tests: failures on purpose. */
  readonly faults?: Faults | undefined;
  /** Lambda's API; without it the endpoint has none. */
  readonly lambda?: LambdaApi;
  /** Fires a rule of the stack, for the page that does so; false where there is none of that name. */
  readonly fireRule?: FireRule;
  /** Told what services send to EventBridge's default bus: S3 its new objects. */
  readonly putEvent?: (event: JsonObject) => void;
  /** How the stack's trails deliver. */
  readonly trail?: TrailTimes | undefined;
}

export interface AwsEndpoint extends Callers {
  /** `http://127.0.0.1:7481` */
  readonly url: string;
  readonly port: number;
  /** The access key id under which a call is made with that role. */
  accessKeyIdOf(roleArn: string): string;
  /** See `CallerDirectory.add`. */
  addPrincipal(arn: string, statements?: readonly Statement[]): string;
  /** A role of the stack, for what is done under it in this process. */
  role(roleArn: string): Caller;
  /** What is in S3; for what services put there themselves see `s3/put.ts`. */
  readonly objects: ObjectStore;
  readonly streams: DynamoDb["streams"];
  readonly trails: Trails;
  /** The records so far, oldest first. */
  cloudTrailRecords(): CloudTrailRecord[];
  /**
   * Goes over to another version of the stack, under calls that go on: what it adds is made first, then
   * every policy is the new one's at once. What it no longer has of keys and tables stays.
   *
   * @throws Error where a policy has something that is not evaluated here; nothing is changed then.
   */
  deploy(stack: LocalStack, outsideRoles?: readonly string[]): Promise<void>;
  /** Answers what is under way, then lets go of port, timers and files. */
  close(): Promise<void>;
}

/** Longer than the 60 s after which AWS's SDKs and Lambda's may still reuse a connection. */
const keepAliveMs = 75_000;

/** What is under way has as long. */
const lateMs = 2_000;

/**
 * Starts the endpoint on 127.0.0.1.
 *
 * @throws Error where a policy has something that is not evaluated here (by name), or the port is taken (`EADDRINUSE`).
 */
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
  const { stack, dataDirectory, faults } = options;
  const now = options.now ?? (() => new Date());
  if (dataDirectory !== undefined) mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const file = (name: string) => (dataDirectory === undefined ? undefined : join(dataDirectory, name));
  assertEvaluated(stack);
  const startedAt = now();
  const callers = new CallerDirectory(stack, options.outsideRoles, now);
  const keys = new KeyStore(stack.kmsKeys, now, file("kms.json"));
  const cloudTrail = new CloudTrailLog(file("cloudtrail.jsonl"));
  const objects = new ObjectStore(stack.buckets ?? [], now, file("s3.jsonl"));
  objects.onCreated = (bucket, ...about) => {
    if (bucket.sendsEvents) options.putEvent?.(objectCreated(bucket, ...about));
  };
  const [store, streams] = [file("dynamodb"), file("streams.jsonl")];
  const paths = store !== undefined && streams !== undefined ? { store, streams } : undefined;
  const dynamoDb = await startDynamoDb(stack.tables, now, paths);
  const digestKey = digestKeyOf(now, file("trail-digests.json"));
  const { putEvent, trail: times = {} } = options;
  const ports = { log: cloudTrail, objects, now, putEvent, digestKey };
  const trails = localTrails({ ...ports, times, file: file("trail.jsonl") });
  let deployment = firstDeployment(stack, startedAt, keys);
  const byTarget = {
    TrentService: ["kms", kmsService(keys, cloudTrail, now, options.rotationMs ?? 0)],
    DynamoDB_20120810: ["dynamodb", dynamoDb.service],
    DynamoDBStreams_20120810: ["dynamodbstreams", dynamoDb.streams.service],
    CloudTrail_20131101: ["cloudtrail", cloudTrailService({ startedAt, digestKey, trails, cloudTrail, now })],
  } as const;
  const deployed = () => deployment.stack;
  const queries = { ...stsOperations(callers, deployed), ...cloudFormationOperations(() => deployment) };
  const { lambda, fireRule } = options;
  const services = {
    stack: deployed,
    callers,
    cloudTrail,
    objects,
    now,
    byTarget,
    queries,
    lambda,
    fireRule,
    faults,
  };
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const answered = answer(services, request, response).finally(() => underWay.delete(answered));
    underWay.add(answered);
  });
  server.keepAliveTimeout = keepAliveMs;
  const url = await listen(server, options.port).catch(async (error: unknown) => {
    await dynamoDb.close();
    throw error;
  });
  const { port } = server.address() as AddressInfo;
  trails.deploy(stack.trails ?? []);
  return {
    url,
    port,
    accessKeyIdOf,
    objects,
    streams: dynamoDb.streams,
    trails,
    addPrincipal: (arn, statements) => callers.add(arn, statements),
    role: (roleArn) => callers.role(roleArn),
    identify: (authorization) => callers.identify(authorization),
    cloudTrailRecords: () => cloudTrail.records(),
    async deploy(next, outsideRoles = []) {
      assertEvaluated(next);
      await dynamoDb.deploy(next.tables);
      keys.deploy(next.kmsKeys);
      objects.deploy(next.buckets ?? []);
      callers.deploy(next, outsideRoles);
      trails.deploy(next.trails ?? []);
      deployment = { stack: next, createdAt: deployment.createdAt, updatedAt: now() };
    },
    async close() {
      await stop(server);
      // A caller that is gone, as a function that was ended, leaves a call that still works on the store.
      await Promise.race([Promise.all(underWay), sleep(lateMs, undefined, { ref: false })]);
      trails.close();
      objects.close();
      await dynamoDb.close();
    },
  };
}

/** What cannot be evaluated is refused when it is deployed, so that no call meets it later. */
function assertEvaluated(stack: LocalStack): void {
  const { roles, functions, kmsKeys, buckets = [] } = stack;
  for (const { policy } of buckets) assertSupported(policy);
  for (const { statements, trust } of roles) assertSupported([...statements, ...trust]);
  for (const { url } of functions) if (url) assertSupported(url.policy);
  for (const { policy } of kmsKeys) assertSupported(policy);
  assertDeliverable(stack);
}

/** A stack is as old as its oldest KMS key: where that is of an earlier run, this start is an update. */
function firstDeployment(stack: LocalStack, startedAt: Date, keys: KeyStore): Deployment {
  const oldest = Math.min(startedAt.getTime(), ...keys.all().map(({ createdAt }) => createdAt));
  const createdAt = new Date(oldest);
  return createdAt < startedAt ? { stack, createdAt, updatedAt: startedAt } : { stack, createdAt };
}

/** Connections that are kept alive for later are closed as they fall idle. */
async function stop(server: Server): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const late = setTimeout(() => server.closeAllConnections(), lateMs);
  await new Promise((resolve) => server.close(resolve));
  clearInterval(idle);
  clearTimeout(late);
}
