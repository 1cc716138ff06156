/**
 * The whole system on one machine, from the synthesised template: for `npm start` and for the tests.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Settings } from "../lib/settings.ts";
import type { CloudTrailRecord } from "./aws/cloudtrail.ts";
import { startAwsEndpoint } from "./aws/endpoint.ts";
import { refusalOf } from "./aws/guard.ts";
import { holdDataDirectory } from "./data-directory.ts";
import { handleUrlRequest } from "./function-url/serve.ts";
import { answerForeignHost, answerProblem } from "./gateway/answer.ts";
import { handleApiRequest } from "./gateway/gateway.ts";
import { requestTarget } from "./http/request-target.ts";
import { closeServer, listen } from "./http/server.ts";
import { handleIssuerPage } from "./issuer/pages.ts";
import { tokenIssuer } from "./issuer/issuer.ts";
import { EventRules, type BusEvent } from "./events/rules.ts";
import { LambdaFunction } from "./lambda/function.ts";
import { invokeValue } from "./lambda/invoke-value.ts";
import { LogRing } from "./lambda/log-ring.ts";
import { LambdaService } from "./lambda/service.ts";
import { localSettings } from "./settings.ts";
import type { LocalStack } from "./stack.ts";
import { standInProvider } from "./stand-in/stand-in.ts";
import { loadStack } from "./template.ts";

export interface LocalPorts {
  readonly api: number;
  readonly aws: number;
  readonly standIn: number;
  readonly actingProxy: number;
  readonly deleteOwner: number;
}

export interface LocalSystemOptions {
  /** 0: any that is free. */
  readonly ports: LocalPorts;
  /** Keeps tables, keys, CloudTrail records and the token issuer's key; without it all is in memory. */
  readonly dataDirectory?: string;
  readonly settings?: Partial<Settings>;
  /** More origins whose pages may call the API. */
  readonly origins?: readonly string[];
  /** For tests: another stack than the template's, say with an action less. */
  readonly editStack?: (stack: LocalStack) => LocalStack;
  /** For tests, which start many: a folder with the bundles of all functions. */
  readonly bundles?: string | undefined;
  /** Told what is being done, step by step. */
  readonly onProgress?: (step: string) => void;
  /** Told every line that a function logs. */
  readonly onLogLine?: (line: string) => void;
}

export interface LocalSystem {
  /** Addresses, without a slash at the end. */
  readonly api: string;
  readonly awsEndpoint: string;
  readonly standIn: string;
  /** The functions of back ends, at URLs of their own: each request is signed, as for `lambda`. */
  readonly actingProxy: string;
  readonly deleteOwner: string;
  readonly stack: LocalStack;
  /** A signed token for the API; `expiresIn` in seconds. */
  token(subject: string, expiresIn?: number): Promise<string>;
  /** The access key id under which a call is made with a function's role. */
  accessKeyIdOf(functionName: string): string;
  /** The same of a role: a function's, or one of `actingRoles`. */
  accessKeyIdOfRole(roleArn: string): string;
  cloudTrailRecords(): CloudTrailRecord[];
  /** What the functions logged, the last 20,000 lines. */
  logLines(): readonly string[];
  /** Fires a rule of EventBridge at once; false where there is none of that name that is enabled. */
  fireRule(name: string): boolean;
  /** An event on EventBridge's default bus, for the rules with a pattern. */
  putEvent(event: BusEvent): void;
  close(): Promise<void>;
}

/**
 * @throws {StartRefused} for a setting that is not allowed, or a folder in use.
 * @throws Error with code `EADDRINUSE` for a taken port. Nothing is left running then.
 */
export async function startLocalSystem(options: LocalSystemOptions): Promise<LocalSystem> {
  const { ports, dataDirectory, onProgress = () => undefined } = options;
  const cleanups: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    if (dataDirectory !== undefined) cleanups.push(await holdDataDirectory(dataDirectory));
    const opened = async (server: Server, port: number) => {
      const address = await listen(server, port);
      cleanups.push(() => closeServer(server));
      return address;
    };
    // The addresses are part of the settings, so servers listen before there is anything behind them.
    const apiServer = createServer();
    const api = await opened(apiServer, ports.api);
    const standIn = await opened(standInProvider(), ports.standIn);
    const urlServers = { "acting-proxy": createServer(), "delete-owner": createServer() };
    const actingProxy = await opened(urlServers["acting-proxy"], ports.actingProxy);
    const deleteOwner = await opened(urlServers["delete-owner"], ports.deleteOwner);

    const issuer = await tokenIssuer(`${api}/local`, dataDirectory && join(dataDirectory, "issuer.json"));

    onProgress("Synthesising the CDK app and bundling the functions");
    const addresses = { api, standIn, issuer: issuer.issuer };
    const settings = localSettings(addresses, options.settings, options.origins);
    const stack = (options.editStack ?? ((same) => same))(
      await synthesizedStack(settings, cleanups, options.bundles),
    );

    onProgress("Starting KMS and DynamoDB (both emulated)");
    const outsideRoles = settings.actingRoles.map(({ role }) => role);
    const kept = dataDirectory === undefined ? {} : { dataDirectory };
    const lambda = new LambdaService(stack, dataDirectory && join(dataDirectory, "durable.jsonl"));
    const rules = new EventRules(stack.rules ?? [], (arn, payload) => lambda.deliver(arn, payload));
    cleanups.push(() => rules.close());
    const fireRule = (name: string) => rules.fire(name);
    const aws = await startAwsEndpoint({ stack, port: ports.aws, outsideRoles, ...kept, lambda, fireRule });
    cleanups.push(() => aws.close());

    onProgress("Starting the functions' runtime and the API");
    const logs = new LogRing(options.onLogLine);
    const functions = new Map(
      stack.functions.map((fn) => {
        const identity = { accessKeyId: aws.accessKeyIdOf(fn.roleArn), awsEndpoint: aws.url };
        return [fn.name, new LambdaFunction(fn, identity, logs.add(fn.name))] as const;
      }),
    );
    cleanups.push(async () => {
      await Promise.all([...functions.values()].map((fn) => fn.close()));
    });
    cleanups.push(() => lambda.driver.close());
    lambda.serve(invokeValue(functions));
    const invoke = (name: string, event: unknown) => required(functions.get(name), name).invoke(event);
    serve(apiServer, async (request, response) => {
      const target = requestTarget(request.url);
      if (await handleIssuerPage(request, response, target, issuer)) return;
      await handleApiRequest(request, response, target, invoke, stack.gateway);
    });
    for (const [name, server] of Object.entries(urlServers)) {
      const fn = findFunction(stack, name);
      serve(server, (request, response) =>
        handleUrlRequest(request, response, fn, aws, (event) => invoke(name, event)),
      );
    }
    return {
      api,
      awsEndpoint: aws.url,
      standIn,
      actingProxy,
      deleteOwner,
      stack,
      token: (subject, expiresIn) => issuer.token(subject, expiresIn),
      accessKeyIdOf: (name) => aws.accessKeyIdOf(required(findFunction(stack, name), name).roleArn),
      accessKeyIdOfRole: (roleArn) => aws.accessKeyIdOf(roleArn),
      cloudTrailRecords: () => aws.cloudTrailRecords(),
      logLines: () => logs.lines,
      fireRule,
      putEvent: (event) => rules.put(event),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function synthesizedStack(
  settings: Settings,
  cleanups: (() => void)[],
  bundles: string | undefined,
): Promise<LocalStack> {
  const directory = mkdtempSync(join(tmpdir(), "waxseal-"));
  const remove = () => {
    rmSync(directory, { recursive: true, force: true });
  };
  process.once("exit", remove);
  cleanups.push(remove, () => void process.off("exit", remove));
  const synthesis = new Worker(new URL("synthesis.ts", import.meta.url), {
    workerData: { settings, directory, bundles },
  });
  // Rejects with what the synthesis throws.
  await once(synthesis, "exit");
  return loadStack(directory);
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function serve(server: Server, handle: Handle): void {
  server.on("request", (request, response) => {
    const { host } = request.headers;
    if (refusalOf({ ...(host && { host }) }, request.socket.localPort ?? 0) !== undefined) {
      answerForeignHost(response);
      return;
    }
    handle(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else answerProblem(response, "DEFAULT_5XX");
    });
  });
}

function findFunction(stack: LocalStack, name: string) {
  return stack.functions.find((fn) => fn.name === name);
}

function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`there is no function ${name} in the stack`);
  return value;
}
