/** What is deployed, and its change while requests go on: for the local system what CloudFormation is for AWS. */
import type { Settings } from "../lib/settings.ts";
import type { AwsEndpoint } from "./aws/endpoint.ts";
import { DeployedFunctions } from "./deployed-functions.ts";
import type { InvocationResult } from "./lambda/environment.ts";
import type { LogRing } from "./lambda/log-ring.ts";
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

export class Deployments {
  readonly #synthesise: Synthesise;
  readonly #aws: AwsEndpoint;
  readonly #logs: LogRing;
  /** Of earlier deployments too, as long as they have something to finish. */
  readonly #running = new Set<DeployedFunctions>();
  #current: Deployed;
  #functions: DeployedFunctions;
  #deploying = Promise.resolve();

  /** @param first - what `aws` was started with. */
  constructor(first: Deployed, synthesise: Synthesise, aws: AwsEndpoint, logs: LogRing) {
    this.#synthesise = synthesise;
    this.#aws = aws;
    this.#logs = logs;
    this.#current = first;
    this.#functions = this.#start(first.stack);
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
    await Promise.all([...this.#running].map((functions) => functions.close()));
  }

  async #deploy(changes: Partial<Settings>): Promise<void> {
    const { changes: before, settings } = this.#current;
    if ((changes.stage ?? settings.stage) !== settings.stage)
      throw new StartRefused("stage cannot be changed: another stage is another stack");
    const next = await this.#synthesise(withChanges(before, changes));
    // Permissions first: a new function must not run under the old ones.
    await this.#aws.deploy(next.stack, outsideRolesOf(next));
    const previous = this.#functions;
    this.#functions = this.#start(next.stack);
    this.#current = next;
    void previous.retire().then(() => this.#running.delete(previous));
  }

  #start({ functions }: LocalStack): DeployedFunctions {
    const identityOf = ({ roleArn }: { roleArn: string }) => ({
      accessKeyId: this.#aws.accessKeyIdOf(roleArn),
      awsEndpoint: this.#aws.url,
    });
    const started = new DeployedFunctions(functions, identityOf, this.#logs);
    this.#running.add(started);
    return started;
  }
}
