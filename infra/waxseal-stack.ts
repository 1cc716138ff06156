import { Annotations, CfnOutput, Duration, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { functionEntries, type FunctionName } from "../lib/routes.ts";
import { defaultSettings, type Settings } from "../lib/settings.ts";
import { Alarms } from "./alarms.ts";
import { Api } from "./api.ts";
import { WaxsealFunction } from "./function.ts";
import { ProviderKeys } from "./provider-keys.ts";

export interface WaxsealStackProps {
  readonly settings: Settings;
  /** Whether the API's stage writes access logs (default: no; see `infra/api.ts`). */
  readonly accessLogs?: boolean;
  /** Other handlers than the deployed ones, for tests. */
  readonly entries?: Readonly<Record<FunctionName, string>>;
}

/** The whole system: one table, one KMS key, a function and a role for each thing that can be done, one API. */
export class WaxsealStack extends Stack {
  readonly providerKeys: ProviderKeys;

  constructor(scope: Construct, id: string, props: WaxsealStackProps) {
    super(scope, id, { description: "Waxseal: users' API keys, sealed, used, accounted for" });
    const { settings, accessLogs = false, entries = functionEntries } = props;
    this.providerKeys = new ProviderKeys(this, "ProviderKeys", settings);
    const made = this.#functions(settings, entries);
    this.#grant(made);
    const functions = mapValues(made, ({ fn }) => fn);
    const api = new Api(this, "Gateway", { settings, functions, accessLogs });
    const logGroups = { save: made.save.logGroup, "provider-proxy": made["provider-proxy"].logGroup };
    new Alarms(this, "Alarms", { stage: settings.stage, logGroups });
    this.#output({ ApiUrl: api.restApi.url });
    this.#warnOfPlaceholders(settings);
  }

  #functions(
    settings: Settings,
    entries: Readonly<Record<FunctionName, string>>,
  ): Record<FunctionName, WaxsealFunction> {
    const proxyTimeout = Duration.seconds(Math.min(settings.proxyTimeoutSeconds + 10, 900));
    return mapValues(entries, (entry, name) => {
      const timeout = name === "provider-proxy" ? proxyTimeout : Duration.seconds(15);
      return new WaxsealFunction(this, constructId(name), { name, entry, settings, timeout });
    });
  }

  /** The whole of who may do what. */
  #grant(functions: Record<FunctionName, WaxsealFunction>): void {
    this.providerKeys.grantSave(functions.save.fn);
    this.providerKeys.grantStatus(functions.status.fn);
    this.providerKeys.grantStatus(functions.list.fn);
    this.providerKeys.grantRemove(functions.remove.fn);
    this.providerKeys.grantUse(functions["provider-proxy"].fn);
  }

  #output(more: Readonly<Record<string, string>>): void {
    const outputs = {
      ...more,
      ProviderKeysTable: this.providerKeys.table.tableName,
      EncryptionKeyArn: this.providerKeys.kmsKey.keyArn,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }

  /** Secure, but of no use: said at synthesis, not found out from a row of 401s. */
  #warnOfPlaceholders(settings: Settings): void {
    for (const name of ["issuer", "jwksUri"] as const) {
      if (settings[name] !== defaultSettings[name]) continue;
      const message = `No token will be accepted until ${name} is set: -c ${name}=… or waxseal.${name} in cdk.json`;
      Annotations.of(this).addWarningV2(`waxseal:${name}`, message);
    }
  }
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
