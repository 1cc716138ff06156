/** What is deployed, and its change while requests go on: for the local system what CloudFormation is for AWS. */
import type { Settings } from "../lib/settings.ts";
import type { Alarms } from "./alarms/alarms.ts";
import type { AwsEndpoint } from "./aws/endpoint.ts";
import { DeployedFunctions } from "./deployed-functions.ts";
import type { EventSourceMappings } from "./event-sources/mappings.ts";
import { assertReadable } from "./event-sources/permissions.ts";
import type { EventRules } from "./events/rules.ts";
import type { InvocationResult } from "./lambda/environment.ts";
import { invokeValue, type InvokeValue } from "./lambda/invoke-value.ts";
import type { LogRing } from "./lambda/log-ring.ts";
import type { LambdaService } from "./lambda/service.ts";
import { withChanges } from "./settings.ts";
import type { LocalStack } from "./stack.ts";
import { StartRefused } from "./start-refused.ts";

export interface Deployed {
  /** What of the stage's settings was changed. */
  readonly changes: Partial<Settings>;
  readonly settings: Settings;
  readonly stack: LocalStack;
}

/** @throws {StartRefused} for a setting that is not allowed. */
export type Synthesise = (changes: Partial<Settings>) => Promise<Deployed>;

/** Roles of back ends, which are not the stack's own. */
export function outsideRolesOf({ settings }: Deployed): string[] {
  return settings.actingRoles.map(({ role }) => role);
}

/** What a deployment changes beside the functions, and what each of them needs. */
export interface DeployedServices {
  readonly aws: AwsEndpoint;
  readonly lambda: LambdaService;
  readonly rules: EventRules;
  readonly mappings: EventSourceMappings;
  readonly alarms: Alarms;
  readonly logs: LogRing;
}

export class Deployments {
  readonly #synthesise: Synthesise;
  readonly #services: DeployedServices;
  /** Of earlier deployments too, as long as they have something to finish. */
  readonly #running = new Set<DeployedFunctions>();
  #current: Deployed;
  #functions: DeployedFunctions;
  #deploying = Promise.resolve();

  /**
   * @param first - what the services were started with.
   * @throws Error where an event source mapping may not read its stream.
   */
  constructor(first: Deployed, synthesise: Synthesise, services: DeployedServices) {
    this.#synthesise = synthesise;
    this.#services = services;
    this.#current = first;
    assertReadable(first.stack);
    services.alarms.deploy(first.stack);
    this.#functions = this.#start(first.stack);
    services.lambda.serve(this.#counted(this.#functions));
    services.mappings.deploy(first.stack);
  }

  get stack(): LocalStack {
    return this.#current.stack;
  }

  /** By the newest of the function's versions. @throws {InvocationFailed} if it gave no answer. */
  invoke(name: string, event: unknown): Promise<InvocationResult> {
    return this.#functions.invoke(name, event);
  }

  /** One after the other; one that is refused changes nothing, and is no reason against the next. */
  deploy(changes: Partial<Settings>): Promise<void> {
    const deployed = this.#deploying.then(() => this.#deploy(changes));
    this.#deploying = deployed.catch(() => undefined);
    return deployed;
  }

  async close(): Promise<void> {
    await this.#deploying;
    await this.#services.mappings.close();
    this.#services.lambda.driver.close();
    await Promise.all([...this.#running].map((functions) => functions.close()));
  }

  async #deploy(changes: Partial<Settings>): Promise<void> {
    const { changes: before, settings } = this.#current;
    if ((changes.stage ?? settings.stage) !== settings.stage)
      throw new StartRefused("stage cannot be changed: another stage is another stack");
    const next = await this.#synthesise(withChanges(before, changes));
    assertReadable(next.stack);
    // Permissions first: a new function must not run under the old ones.
    const { aws, lambda, rules, mappings, alarms } = this.#services;
    await aws.deploy(next.stack, outsideRolesOf(next));
    alarms.deploy(next.stack);
    const previous = this.#functions;
    this.#functions = this.#start(next.stack);
    this.#current = next;
    const unneeded = lambda.deploy(next.stack, this.#counted(this.#functions));
    rules.deploy(next.stack.rules ?? []);
    mappings.deploy(next.stack);
    void unneeded.then(() => previous.retire()).then(() => this.#running.delete(previous));
  }

  /** "The number of invocations that result in a function error" (Lambda, "Types of metrics for Lambda functions"). */
  #counted(functions: DeployedFunctions): InvokeValue {
    const invoke = invokeValue(functions);
    return (fn, event, kill) =>
      invoke(fn, event, kill).catch((error: unknown) => {
        this.#services.alarms.count(`AWS/Lambda/${fn.functionName}/Errors`);
        throw error;
      });
  }

  #start({ functions }: LocalStack): DeployedFunctions {
    const { aws, logs } = this.#services;
    const identityOf = ({ roleArn }: { roleArn: string }) => ({
      accessKeyId: aws.accessKeyIdOf(roleArn),
      awsEndpoint: aws.url,
    });
    const started = new DeployedFunctions(functions, identityOf, logs);
    this.#running.add(started);
    return started;
  }
}
