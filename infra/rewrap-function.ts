import { ArnFormat, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IRole } from "aws-cdk-lib/aws-iam";
import { Alias, type Function, type IFunction, type IVersion } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Settings } from "../lib/settings.ts";
import { accept, acceptedOfDurableFunction } from "./findings.ts";
import { WaxsealFunction } from "./function.ts";
import type { Jobs } from "./jobs.ts";
import type { ProviderKeys } from "./provider-keys.ts";
import { allow, findJobs, keepJobs } from "./statements.ts";

/** As `lib/jobs/rewrap-environment.ts` has it. */
const aliasName = "live";

export interface RewrapFunctionProps {
  readonly settings: Settings;
  readonly entry: string;
  readonly providerKeys: ProviderKeys;
  readonly jobs: Jobs;
}

/**
 * The durable function that rewraps, under a role that can open nothing; and its schedule, unless the setting
 * `rewrapSchedule` leaves it to operators.
 */
export class RewrapFunction extends Construct {
  /** What is invoked. */
  readonly alias: Alias;
  readonly logGroup: ILogGroup;

  constructor(scope: Construct, id: string, props: RewrapFunctionProps) {
    super(scope, id);
    const { settings, entry, providerKeys, jobs } = props;
    const made = new WaxsealFunction(this, "Worker", {
      name: "rewrap",
      entry,
      settings,
      timeout: Duration.minutes(15),
      // A hundred million records at 200 a second take six days.
      durableConfig: { executionTimeout: Duration.days(30), retentionPeriod: Duration.days(30) },
    });
    this.logGroup = made.logGroup;
    this.#tell(made.fn, props);
    const role = roleOf(made.fn);
    providerKeys.grantRewrap(role);
    for (const statement of [...keepJobs(jobs.table.tableArn, "rewrap"), findJobs(jobs.table.tableArn)])
      role.addToPrincipalPolicy(statement);
    this.#allowDurable(role, made.name);
    this.alias = this.#alias(made.fn);
    if (settings.rewrapSchedule !== "manual") this.#schedule(settings.rewrapSchedule);
  }

  #tell(fn: Function, { settings, providerKeys, jobs }: RewrapFunctionProps): void {
    const environment = {
      WAXSEAL_STAGE: settings.stage,
      WAXSEAL_TABLE: providerKeys.table.tableName,
      WAXSEAL_JOBS_TABLE: jobs.table.tableName,
      WAXSEAL_ENCRYPTION_KEY: providerKeys.kmsKey.keyArn,
      WAXSEAL_KMS_RATE: String((settings.kmsQuota * settings.kmsShare) / 100),
    };
    for (const [name, value] of Object.entries(environment)) fn.addEnvironment(name, value);
  }

  /**
   * On its executions (Lambda Developer Guide, "Security and permissions for Lambda durable functions"), and on its
   * alias, by which it invokes itself. By name: the function is made after its role's policies.
   */
  #allowDurable(role: IRole, functionName: string): void {
    const inNag = `arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:${functionName}:*`;
    accept(role, acceptedOfDurableFunction, `[Resource::${inNag}]`);
    const executions = this.#arnOf(functionName, "*");
    for (const action of ["CheckpointDurableExecution", "GetDurableExecutionState"])
      role.addToPrincipalPolicy(allow(`lambda:${action}`, executions, {}, action));
    role.addToPrincipalPolicy(
      allow("lambda:InvokeFunction", this.#arnOf(functionName, aliasName), {}, "InvokeItself"),
    );
  }

  #arnOf(functionName: string, qualifier: string): string {
    const resourceName = `${functionName}:${qualifier}`;
    const parts = { service: "lambda", resource: "function", resourceName };
    return Stack.of(this).formatArn({ ...parts, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  }

  /** Versions stay: what is under way goes on with the one that it began with. */
  #alias(fn: Function): Alias {
    const version = fn.currentVersion;
    version.applyRemovalPolicy(RemovalPolicy.RETAIN);
    // An execution that could not be started is started by the next schedule, not twice.
    return new Alias(this, "Live", { aliasName, version: version as IVersion, retryAttempts: 0 });
  }

  #schedule(expression: string): void {
    const event = RuleTargetInput.fromObject({ task: "rewrap" });
    new Rule(this, "Schedule", {
      description: "Rewraps what an automatic rotation of the KMS key left behind",
      schedule: Schedule.expression(expression),
      targets: [new LambdaFunction(this.alias as IFunction, { event, retryAttempts: 0 })],
    });
  }
}

function roleOf(fn: Function): IRole {
  if (!fn.role) throw new Error("the function that rewraps has no role");
  return fn.role;
}
