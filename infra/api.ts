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
import {
  accept,
  acceptedOfApi,
  acceptedOfMethods,
  acceptedOfStage,
  acceptedWithoutAccessLogs,
} from "./findings.ts";
import { logRetention } from "./log-retention.ts";

export interface ApiProps {
  readonly settings: Settings;
  readonly functions: Readonly<Record<FunctionName, Function>>;
  readonly accessLogs: boolean;
}

/** What the stage lets through, requests a second and at once; an owner's own limits are the functions'. */
const throttle = { throttlingRateLimit: 200, throttlingBurstLimit: 400 };

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
    for (const [type, problem] of Object.entries(gatewayProblems)) this.#addGatewayProblem(type, problem);
    accept(this.restApi, acceptedOfApi);
    accept(this.restApi.deploymentStage, acceptedOfStage);
    if (!accessLogs) accept(this.restApi.deploymentStage, acceptedWithoutAccessLogs);
  }

  /** The stage's name is the first segment of the URL that API Gateway gives: it says which stage one talks to. */
  #stage(accessLogs: boolean): StageOptions {
    return {
      stageName: this.#settings.stage,
      ...throttle,
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

  #addRoute(route: Route, fn: Function): void {
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
      templates: { "application/problem+json": JSON.stringify({ type: "about:blank", title, status, code }) },
    });
  }
}
