/**
 * The whole system on one machine, from the synthesised template: for `npm start` and for the tests.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Settings } from "../lib/settings.ts";
import { Alarms } from "./alarms/alarms.ts";
import { startAwsEndpoint } from "./aws/endpoint.ts";
import { refusalOf } from "./aws/guard.ts";
import { holdDataDirectory } from "./data-directory.ts";
import { Demo } from "./demo/demo.ts";
import { handleDeployPage } from "./deploy-page.ts";
import { Deployments, outsideRolesOf, type Synthesise } from "./deployments.ts";
import { handleUrlRequest } from "./function-url/serve.ts";
import { answerForeignHost, answerProblem } from "./gateway/answer.ts";
import { handleApiRequest } from "./gateway/gateway.ts";
import { requestTarget } from "./http/request-target.ts";
import { closeServer, listen } from "./http/server.ts";
import { handleIssuerPage } from "./issuer/pages.ts";
import { tokenIssuer } from "./issuer/issuer.ts";
import { localMappings } from "./event-sources/local-mappings.ts";
import { EventRules, type BusEvent } from "./events/rules.ts";
import { LogRing } from "./lambda/log-ring.ts";
import { LambdaService } from "./lambda/service.ts";
import { localSettings } from "./settings.ts";
import type { LocalStack } from "./stack.ts";
import { standInProvider } from "./stand-in/stand-in.ts";
import { withAccountTrail } from "./trail/account-trail.ts";
import type { LocalSystem, LocalSystemOptions } from "./system-options.ts";
import { assembliesFolder, synthesisedStack } from "./synthesised-stack.ts";

export type { LocalPorts, LocalSystem, LocalSystemOptions } from "./system-options.ts";

/** AWS's is about five minutes. */
export const defaultTrailDelaySeconds = 5;

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
    const apiServer = createServer(answerTooEarly);
    const api = await opened(apiServer, ports.api);
    const standIn = await opened(standInProvider(), ports.standIn);
    const urlServers = {
      "acting-proxy": createServer(answerTooEarly),
      "delete-owner": createServer(answerTooEarly),
    };
    const actingProxy = await opened(urlServers["acting-proxy"], ports.actingProxy);
    const deleteOwner = await opened(urlServers["delete-owner"], ports.deleteOwner);

    const issuer = await tokenIssuer(`${api}/local`, dataDirectory && join(dataDirectory, "issuer.json"));

    onProgress("Synthesising the CDK app and bundling the functions");
    const addresses = { api, standIn, issuer: issuer.issuer };
    const assemblies = assembliesFolder();
    cleanups.push(assemblies.remove);
    const synthesise: Synthesise = async (changes) => {
      const { editStack = (same: LocalStack) => same, bundles, origins } = options;
      const settings = localSettings(addresses, changes, origins);
      const synthesised = await synthesisedStack(settings, assemblies.path, bundles);
      const stack = editStack(withAccountTrail(synthesised, options.accountTrail));
      return { changes, settings, stack };
    };
    const first = await synthesise(options.settings ?? {});

    onProgress("Starting KMS and DynamoDB (both emulated)");
    const { rotationMs, faults } = options;
    const kept = dataDirectory === undefined ? {} : { dataDirectory };
    const lambda = new LambdaService(first.stack, dataDirectory && join(dataDirectory, "durable.jsonl"));
    const rules = new EventRules(first.stack.rules ?? [], (arn, payload) => lambda.deliver(arn, payload));
    cleanups.push(() => rules.close());
    const fireRule = (name: string) => rules.fire(name);
    const deployed = { stack: first.stack, outsideRoles: outsideRolesOf(first) };
    const putEvent = (event: BusEvent) => rules.put(event);
    const { trailDelaySeconds = defaultTrailDelaySeconds, digestSeconds = 60, trailFaults } = options;
    const trail = { delayMs: trailDelaySeconds * 1000, digestMs: digestSeconds * 1000, faults: trailFaults };
    const services = { lambda, fireRule, putEvent, rotationMs, faults, trail };
    const aws = await startAwsEndpoint({ ...deployed, port: ports.aws, ...services, ...kept });
    cleanups.push(() => aws.close());

    onProgress("Starting the functions' runtime and the API");
    const alarms = new Alarms(options.onAlarm);
    const logs = new LogRing((line, functionName, logged) => {
      options.onLogLine?.(line);
      alarms.read(functionName, logged);
    });
    const { mappingFaults } = options;
    const file = dataDirectory && join(dataDirectory, "mappings.jsonl");
    const mappings = localMappings({ aws, lambda, file, alarms, faults: mappingFaults });
    const deployedServices = { aws, lambda, rules, mappings, alarms, logs };
    const deployments = new Deployments(first, synthesise, deployedServices);
    cleanups.push(() => deployments.close());
    const invoke = (name: string, event: unknown) => deployments.invoke(name, event);
    const deploy = (changes: Partial<Settings>) => deployments.deploy(changes);

    const about = { aws, issuer: issuer.issuer, stack: () => deployments.stack };
    const demo = options.demo === true ? new Demo(about) : undefined;
    cleanups.push(() => demo?.close());
    serve(apiServer, async (request, response) => {
      const target = requestTarget(request.url);
      if (await handleIssuerPage(request, response, target, issuer)) return;
      if (await demo?.handle(request, response, target)) return;
      if (target.path === "/local/deploy") await handleDeployPage(request, response, deploy);
      else await handleApiRequest(request, response, target, invoke, deployments.stack.gateway);
    });
    for (const [name, server] of Object.entries(urlServers)) {
      serve(server, (request, response) => {
        const fn = findFunction(deployments.stack, name);
        return handleUrlRequest(request, response, fn, aws, (event) => invoke(name, event));
      });
    }
    return {
      api,
      awsEndpoint: aws.url,
      standIn,
      actingProxy,
      deleteOwner,
      get stack() {
        return deployments.stack;
      },
      token: (subject, expiresIn) => issuer.token(subject, expiresIn),
      accessKeyIdOf: (name) =>
        aws.accessKeyIdOf(required(findFunction(deployments.stack, name), name).roleArn),
      accessKeyIdOfRole: (roleArn) => aws.accessKeyIdOf(roleArn),
      addPrincipal: (arn, statements) => aws.addPrincipal(arn, statements),
      trails: aws.trails,
      alarms: () => alarms.fired(),
      cloudTrailRecords: () => aws.cloudTrailRecords(),
      logLines: () => logs.lines,
      fireRule,
      putEvent: (event) => rules.put(event),
      streamsSettled: () => mappings.settled(),
      deploy,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Until there is something behind the server: else nobody would ever answer. */
function answerTooEarly(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { "retry-after": "1" }).end();
}

function serve(server: Server, handle: Handle): void {
  server.removeListener("request", answerTooEarly);
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
