import { Annotations, CfnOutput, Duration, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import {
  functionEntries,
  jobFunctionEntries,
  type FunctionName,
  type JobFunctionName,
} from "../lib/routes.ts";
import { defaultSettings, type Settings } from "../lib/settings.ts";
import { isActing, openToRoles, type ActingFunctionName, type ApiFunctionName } from "./acting.ts";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { alarmingCodes, Alarms } from "./alarms.ts";
import { Api } from "./api.ts";
import { Audit } from "./audit/audit.ts";
import { Topics } from "./audit/topics.ts";
import { WaxsealFunction } from "./function.ts";
import { Jobs } from "./jobs.ts";
import { auditOutputs, deploymentOutputs } from "./outputs.ts";
import { ProviderKeys } from "./provider-keys.ts";
import { RateLimits } from "./rate-limits.ts";
import { RewrapFunction } from "./rewrap-function.ts";

export interface WaxsealStackProps {
  readonly settings: Settings;
  /** Whether the API's stage writes access logs (default: no; see `infra/api.ts`). */
  readonly accessLogs?: boolean;
  /** Other handlers than the deployed ones, for tests. */
  readonly entries?: Entries;
}

type Entries = Readonly<Record<FunctionName | JobFunctionName, string>>;

type Made<Name extends FunctionName> = Readonly<Record<Name, WaxsealFunction>>;

const allEntries: Entries = { ...functionEntries, ...jobFunctionEntries };

/** The whole system: sealed records, a KMS key, a function and a role for each thing that can be done, one API. */
export class WaxsealStack extends Stack {
  readonly providerKeys: ProviderKeys;
  readonly rateLimits: RateLimits;
  readonly jobs: Jobs;
  readonly audit: Audit;

  constructor(scope: Construct, id: string, props: WaxsealStackProps) {
    super(scope, id, { description: "Waxseal: users' API keys, sealed, used, accounted for" });
    const { settings, accessLogs = false, entries = allEntries } = props;
    this.providerKeys = new ProviderKeys(this, "ProviderKeys", settings);
    this.rateLimits = new RateLimits(this, "RateLimits");
    this.jobs = new Jobs(this, "Jobs", settings, this.providerKeys);
    const topics = new Topics(this, "Topics", settings.stage);
    this.audit = new Audit(this, "Audit", { settings, providerKeys: this.providerKeys, topics, entries });
    this.#tellOfJobs();
    const names = Object.keys(functionEntries) as FunctionName[];
    const isOfApi = (name: FunctionName): name is ApiFunctionName => !isActing(name);
    const made = this.#functions(names.filter(isOfApi), settings, entries);
    this.#grant(made);
    // Where no back end may act for anyone there is nothing that could be called.
    const acting =
      settings.actingRoles.length > 0
        ? this.#functions(names.filter(isActing), settings, entries)
        : undefined;
    if (acting) this.#grantActing(acting);
    const functions = mapValues(made, ({ fn }) => fn);
    const api = new Api(this, "Gateway", { settings, functions, accessLogs });
    const rewrap = this.#rewrap(settings, entries);
    const logGroups = { ...openingLogs(made, acting), ...(rewrap && { rewrap: rewrap.logGroup }) };
    new Alarms(this, "Alarms", { stage: settings.stage, codes: alarmingCodes, logGroups, topics });
    this.#output({
      ApiUrl: api.restApi.url,
      ...(acting ? this.#actingUrls(acting, settings) : {}),
      ...deploymentOutputs(settings, this.providerKeys, this.jobs),
      ...auditOutputs(settings, this.audit, topics),
      ...(rewrap && { RewrapFunction: rewrap.alias.functionArn }),
    });
    this.#warnOfPlaceholders(settings);
  }

  /** Who of those that open tries patiently. */
  #tellOfJobs(): void {
    const { reseal, "import-verify": importVerify, export: exporting } = this.jobs.roles;
    const arns = [reseal, importVerify, exporting].map((role) => role?.roleArn).filter(Boolean);
    this.audit.witness.fn.addEnvironment("WAXSEAL_JOB_ROLES", arns.join(","));
  }

  #rewrap(settings: Settings, { rewrap: entry }: Entries): RewrapFunction | undefined {
    if (settings.rewrapSchedule === "off") return undefined;
    const { providerKeys, jobs } = this;
    return new RewrapFunction(this, "Rewrap", { settings, entry, providerKeys, jobs });
  }

  #functions<Name extends FunctionName>(
    names: readonly Name[],
    settings: Settings,
    entries: Entries,
  ): Made<Name> {
    const made = names.map((name) => {
      const timeout = Duration.seconds(timeoutOf(name, settings));
      const props = { name, entry: entries[name], settings, timeout };
      return [name, new WaxsealFunction(this, constructId(name), props)];
    });
    return Object.fromEntries(made) as Made<Name>;
  }

  /** The whole of who may do what; with `#grantActing`. */
  #grant(functions: Made<ApiFunctionName>): void {
    const { save, status, list, activity, update, remove, verify, "provider-proxy": proxy } = functions;
    this.providerKeys.grantSave(save.fn);
    this.providerKeys.grantStatus(status.fn);
    this.providerKeys.grantStatus(list.fn);
    this.audit.grantActivity(activity.fn);
    this.providerKeys.grantUpdate(update.fn);
    this.providerKeys.grantRemove(remove.fn);
    this.providerKeys.grantUseByName(verify.fn);
    this.providerKeys.grantUse(proxy.fn);
    this.rateLimits.grantLimits(save.fn, ["save", "failedAuthentication"]);
    this.rateLimits.grantLimits(status.fn, ["failedAuthentication"]);
    this.rateLimits.grantLimits(list.fn, ["failedAuthentication"]);
    this.rateLimits.grantLimits(activity.fn, ["activity", "failedAuthentication"]);
    this.rateLimits.grantLimits(update.fn, ["update", "failedAuthentication"]);
    this.rateLimits.grantLimits(remove.fn, ["remove", "failedAuthentication"]);
    this.rateLimits.grantLimits(verify.fn, ["verify", "failedAuthentication"]);
    this.rateLimits.grantLimits(proxy.fn, ["proxy", "failedAuthentication"]);
    // The one for activity may enter that it was read, refusals among it.
    for (const { fn } of [save, status, list, update, remove, verify, proxy]) this.audit.grantRefusals(fn);
  }

  /** Their callers are authenticated by IAM, before the function. */
  #grantActing(functions: Made<ActingFunctionName>): void {
    const { "acting-proxy": proxy, "delete-owner": deleteOwner } = functions;
    this.providerKeys.grantUse(proxy.fn);
    this.providerKeys.grantDeleteOwner(deleteOwner.fn);
    this.rateLimits.grantLimits(proxy.fn, ["proxy"]);
    for (const { fn } of [proxy, deleteOwner]) this.audit.grantRefusals(fn);
  }

  #actingUrls(functions: Made<ActingFunctionName>, { actingRoles }: Settings): Record<string, string> {
    const urlOf = (name: ActingFunctionName) => openToRoles(name, functions[name].fn, actingRoles);
    return { ActingProxyUrl: urlOf("acting-proxy"), DeleteOwnerUrl: urlOf("delete-owner") };
  }

  #output(outputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }

  /** Secure, but of no use: said at synthesis, not found out from a row of 401s. */
  #warnOfPlaceholders(settings: Settings): void {
    for (const name of ["issuer", "jwksUri"] as const) {
      if (settings[name] !== defaultSettings[name]) continue;
      const message = `No token will be accepted until ${name} is set: -c ${name}=… or waxseal.${name} in cdk.json`;
      Annotations.of(this).addWarningV2(`waxseal:${name}`, message);
    }
    if (settings.sessionCookie !== "none" && settings.allowedOrigins.length === 0) {
      const message =
        "Sessions by cookie can change nothing until allowedOrigins is set: -c allowedOrigins=https://…";
      Annotations.of(this).addWarningV2("waxseal:allowedOrigins", message);
    }
  }
}

/** In seconds. A provider may take long to answer; all else asks DynamoDB and KMS alone. */
function timeoutOf(name: FunctionName, { proxyTimeoutSeconds }: Settings): number {
  if (name === "provider-proxy" || name === "acting-proxy") return Math.min(proxyTimeoutSeconds + 10, 900);
  // An owner may have thousands.
  if (name === "delete-owner") return 120;
  return name === "verify" ? 30 : 15;
}

/** Where what must not occur even once is seen: with those who seal and those who open; the one that rewraps is added. */
function openingLogs(
  made: Made<ApiFunctionName>,
  acting: Made<ActingFunctionName> | undefined,
): Record<string, ILogGroup> {
  return {
    save: made.save.logGroup,
    verify: made.verify.logGroup,
    "provider-proxy": made["provider-proxy"].logGroup,
    ...(acting ? { "acting-proxy": acting["acting-proxy"].logGroup } : {}),
  };
}

/** `provider-proxy` → `ProviderProxy` */
function constructId(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_match, _dash, letter: string) => letter.toUpperCase());
}

function mapValues<Name extends string, From, To>(
  record: Readonly<Record<Name, From>>,
  change: (value: From, name: Name) => To,
): Record<Name, To> {
  const entries = Object.entries(record) as [Name, From][];
  return Object.fromEntries(entries.map(([name, value]) => [name, change(value, name)])) as Record<Name, To>;
}
