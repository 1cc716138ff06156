import path from "node:path";
import { Duration, RemovalPolicy, Stage } from "aws-cdk-lib";
import { PolicyDocument, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function, Runtime, type DurableConfig } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { FunctionName, JobFunctionName } from "../lib/routes.ts";
import type { Settings } from "../lib/settings.ts";
import { bundleFunction, bundleMadeIn, madeBundles } from "./bundle.ts";
import { logRetention } from "./log-retention.ts";
import { allow } from "./statements.ts";

export interface WaxsealFunctionProps {
  readonly name: FunctionName | JobFunctionName;
  /** The module that exports `handler`, from the repository's root. */
  readonly entry: string;
  readonly settings: Settings;
  /** The longest an invocation may take. */
  readonly timeout: Duration;
  /** Of a durable function; it can be set when a function is created, and not later. */
  readonly durableConfig?: DurableConfig;
}

/** A function with a role, a log group and a bundle of its own. What it may do it is granted by `ProviderKeys`. */
export class WaxsealFunction extends Construct {
  readonly fn: Function;
  readonly logGroup: LogGroup;
  /** As text: `fn.functionName` refers to the function, which what its own role may cannot. */
  readonly name: string;

  constructor(scope: Construct, id: string, props: WaxsealFunctionProps) {
    super(scope, id);
    const { name, entry, settings, timeout, durableConfig } = props;
    this.logGroup = new LogGroup(this, "Logs", {
      retention: logRetention(settings.logRetentionDays),
      // Logs stay when the stack goes; a first deployment that fails leaves none behind.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const functionName = `waxseal-${settings.stage}-${name}`;
    this.name = functionName;
    const made = this.node.tryGetContext(madeBundles) as string | undefined;
    const bundle =
      made === undefined
        ? bundleFunction(name, entry, path.join(outdirOf(this), "bundles"))
        : bundleMadeIn(made, name, entry);
    this.fn = new Function(this, "Function", {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundle.directory),
      handler: bundle.handler,
      role: this.#role(functionName),
      logGroup: this.logGroup,
      timeout,
      ...(durableConfig && { durableConfig }),
      // Memory is also the share of a CPU, and a cold start is all CPU: 512 MB is where its cost levels out.
      memorySize: 512,
      environment: { POWERTOOLS_SERVICE_NAME: functionName },
    });
  }

  /** Without AWSLambdaBasicExecutionRole, which may create and write every log group of the account. */
  #role(functionName: string): Role {
    const logs = this.logGroup.logGroupArn;
    return new Role(this, "Role", {
      description: `Runs ${functionName}`,
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: {
        // Apart and not minimised: one action a statement, here as everywhere.
        WriteItsLogs: new PolicyDocument({
          minimize: false,
          statements: [allow("logs:CreateLogStream", logs), allow("logs:PutLogEvents", logs)],
        }),
      },
    });
  }
}

function outdirOf(scope: Construct): string {
  const outdir = Stage.of(scope)?.outdir;
  if (!outdir) throw new Error("a Waxseal function must be made within an app");
  return outdir;
}
