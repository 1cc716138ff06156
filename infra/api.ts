import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  AccessLogFormat,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  ResponseTransferMode,
  ResponseType,
  RestApi,
  type StageOptions,
} from "aws-cdk-lib/aws-apigateway";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { binaryMediaTypes, gatewayProblems, routes, type FunctionName, type Route } from "../lib/routes.ts";
import type { Settings } from "../lib/settings.ts";
import { addPreflights, gatewayCorsHeaders } from "./cors.ts";
import {
  accept,
  acceptedOfApi,
  acceptedOfMethods,
  acceptedOfStage,
  acceptedWithoutAccessLogs,
  acceptedWithoutWaf,
} from "./findings.ts";
import { logRetention } from "./log-retention.ts";
import { addWebAcl } from "./web-acl.ts";

export interface ApiProps {
  readonly settings: Settings;
  /** Those that the route table names. */
  readonly functions: Readonly<Partial<Record<FunctionName, Function>>>;
  readonly accessLogs: boolean;
}

/** A REST API, regional: an edge-optimised one ends idle streams after 30 s (API Gateway, "Stream the integration response"). */
export class Api extends Construct {
  readonly restApi: RestApi;
  readonly #settings: Settings;

  constructor(scope: Construct, id: string, { settings, functions, accessLogs }: ApiProps) {
    super(scope, id);
    this.#settings = settings;
    this.restApi = new RestApi(this, "Api", {
      restApiName: `waxseal-${settings.stage}`,
      description: "Waxseal: users' API keys, and the proxy that uses them",
      endpointTypes: [EndpointType.REGIONAL],
      binaryMediaTypes: [...binaryMediaTypes],
      // A role for the whole account and region; not a stack's to set (it would replace another's).
      cloudWatchRole: false,
      deployOptions: this.#stage(accessLogs),
    });
    // The stack names its outputs itself.
    this.restApi.node.tryRemoveChild("Endpoint");
    for (const route of routes) this.#addRoute(route, functions[route.function]);
    addPreflights(this.restApi, settings.allowedOrigins);
    for (const [type, problem] of Object.entries(gatewayProblems)) this.#addGatewayProblem(type, problem);
    if (settings.waf === "on") addWebAcl(this, this.restApi.deploymentStage, `waxseal-${settings.stage}`);
    this.#acceptFindings(accessLogs);
  }

  #acceptFindings(accessLogs: boolean): void {
    const stage = this.restApi.deploymentStage;
    accept(this.restApi, acceptedOfApi);
    accept(stage, acceptedOfStage);
    if (!accessLogs) accept(stage, acceptedWithoutAccessLogs);
    if (this.#settings.waf === "off") accept(stage, acceptedWithoutWaf);
  }

  /** The stage's name is the first segment of the URL that API Gateway gives: it says which stage one talks to. */
  #stage(accessLogs: boolean): StageOptions {
    return {
      stageName: this.#settings.stage,
      // For all callers together; an owner's own limits are the functions'.
      throttlingRateLimit: this.#settings.stageRateLimit,
      throttlingBurstLimit: this.#settings.stageBurstLimit,
      // Execution logs hold headers and, with the data trace, bodies: tokens and provider keys.
      loggingLevel: MethodLoggingLevel.OFF,
      dataTraceEnabled: false,
      ...(accessLogs ? this.#accessLogs() : {}),
    };
  }

  /**
   * Off by default: a REST API writes logs through the one role that `AWS::ApiGateway::Account` names
   * for the account and region, and where there is none, the deployment fails (API Gateway, "Set up
   * CloudWatch logging for REST APIs"). No query string, header or body is written.
   */
  #accessLogs(): StageOptions {
    const logGroup = new LogGroup(this, "AccessLogs", {
      retention: logRetention(this.#settings.logRetentionDays),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const format = {
      requestId: "$context.requestId",
      method: "$context.httpMethod",
      route: "$context.resourcePath",
      status: "$context.status",
      latencyMilliseconds: "$context.responseLatency",
    };
    return {
      accessLogDestination: new LogGroupLogDestination(logGroup),
      accessLogFormat: AccessLogFormat.custom(JSON.stringify(format)),
    };
  }

  #addRoute(route: Route, fn: Function | undefined): void {
    if (!fn) throw new Error(`${route.path} is served by ${route.function}, which the stack has not`);
    const integration = new LambdaIntegration(fn, {
      proxy: true,
      allowTestInvoke: false,
      ...(route.streams
        ? { responseTransferMode: ResponseTransferMode.STREAM, timeout: fn.timeout ?? Duration.minutes(15) }
        : {}),
    });
    const method = this.restApi.root.resourceForPath(route.path).addMethod(route.method, integration);
    accept(method, acceptedOfMethods);
  }

  #addGatewayProblem(
    type: string,
    { status, code, title }: { status: number; code: string; title: string },
  ): void {
    this.restApi.addGatewayResponse(type, {
      type: ResponseType.of(type),
      statusCode: String(status),
      ...withHeaders(gatewayCorsHeaders(this.#settings.allowedOrigins)),
      templates: { "application/problem+json": JSON.stringify({ type: "about:blank", title, status, code }) },
    });
  }
}

/** None at all rather than an empty object, which would be a property of the template. */
function withHeaders(responseHeaders: Record<string, string>): { responseHeaders?: Record<string, string> } {
  return Object.keys(responseHeaders).length > 0 ? { responseHeaders } : {};
}
