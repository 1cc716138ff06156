/** What the functions of people's requests do, in this process: against the local system, under each function's own role. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { intakeTable, type Intake } from "../../lib/audit/intake.ts";
import { newId } from "../../lib/compose.ts";
import { kmsDataKeyGenerator } from "../../lib/kms/data-key-generator.ts";
import { kmsDataKeyUnwrapper } from "../../lib/kms/data-key-unwrapper.ts";
import type { RemovePorts } from "../../lib/provider-keys/remove.ts";
import type { SavePorts } from "../../lib/provider-keys/save.ts";
import { ProviderKeyStore } from "../../lib/provider-keys/store.ts";
import type { UpdatePorts } from "../../lib/provider-keys/update.ts";
import { registeredProviders } from "../../lib/providers/registered.ts";
import type { Provider } from "../../lib/providers/provider.ts";
import type { VerifyPorts } from "../../lib/proxy/verify.ts";
import type { FunctionName } from "../../lib/routes.ts";
import { settingsFromEnvironment } from "../../lib/settings-environment.ts";
import type { LocalSystem } from "../../local/system.ts";
import { awsConfig } from "./local-system.ts";

export interface InProcessPorts {
  readonly save: SavePorts;
  readonly use: VerifyPorts;
  readonly verify: VerifyPorts;
  readonly update: UpdatePorts;
  readonly remove: RemovePorts;
  /** As `GET /v1/activity` enters it. */
  readonly activity: Intake;
  readonly providers: readonly Provider[];
  readonly issuer: string;
  readonly close: () => void;
}

export function inProcessPorts(system: LocalSystem): InProcessPorts {
  const environment = (name: FunctionName) => ({
    ...system.stack.functions.find((fn) => fn.name === name)?.environment,
  });
  const settingsOf = (name: FunctionName) => settingsFromEnvironment(environment(name));
  const clients: { destroy(): void }[] = [];
  const kept = <Client extends { destroy(): void }>(client: Client): Client => {
    clients.push(client);
    return client;
  };
  const kmsOf = (name: FunctionName) => kept(new KMSClient(awsConfig(system, name)));
  const dynamoOf = (name: FunctionName) =>
    kept(DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system, name))));
  const { table, stage, readSuites, issuer, ...settings } = settingsOf("provider-proxy");
  const common = (name: FunctionName) => ({
    store: new ProviderKeyStore(dynamoOf(name), table),
    takeLimit: async () => undefined,
    now: () => new Date(),
    newId,
    stage,
  });
  const opening = (name: FunctionName): VerifyPorts => {
    const kms = kmsOf(name);
    return { ...common(name), readSuites, unwrapperFor: (useId) => kmsDataKeyUnwrapper(kms, useId) };
  };
  const { writeSuite, encryptionKeyId = "" } = settingsOf("save");
  return {
    save: {
      ...common("save"),
      writeSuite,
      dataKeys: kmsDataKeyGenerator(kmsOf("save"), encryptionKeyId),
    },
    use: opening("provider-proxy"),
    verify: opening("verify"),
    update: common("update"),
    remove: { ...common("remove"), tombstoneDays: 30 },
    activity: intakeTable(dynamoOf("activity"), environment("activity")["WAXSEAL_AUDIT_INTAKE"] ?? ""),
    providers: registeredProviders(settings),
    issuer,
    close: () => {
      for (const client of clients) client.destroy();
    },
  };
}
