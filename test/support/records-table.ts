/** A table of records and a KMS key at the local endpoint, without functions: for the steps of jobs. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { seal } from "../../lib/envelope/envelope.ts";
import type { CipherSuite } from "../../lib/envelope/suites.ts";
import type { KmsSender } from "../../lib/kms/answer.ts";
import { kmsDataKeyGenerator } from "../../lib/kms/data-key-generator.ts";
import { kmsDataKeyUnwrapper } from "../../lib/kms/data-key-unwrapper.ts";
import { encryptionContextOf } from "../../lib/provider-keys/encryption-context.ts";
import { openClaimed } from "../../lib/provider-keys/open-claimed.ts";
import type { DynamoSender, RawRecord, RecordAddress } from "../../lib/provider-keys/write-record.ts";
import { Secret } from "../../lib/secret.ts";
import { startAwsEndpoint, type AwsEndpoint } from "../../local/aws/endpoint.ts";
import { emptyStack, kmsKeyResource, tableResource } from "../contract/stack.ts";

export const stage = "test";
export const endpoints: ReadonlySet<string> = new Set(["openai=openai-1", "anthropic=anthropic-1"]);
export const bothSuites = ["A256CBC-HS512", "A256GCM"] as const;
const kmsKey = kmsKeyResource(1);
export const encryptionKeyId = kmsKey.arn;

const resource = tableResource("ProviderKeys");
const table = {
  ...resource,
  keySchema: resource.keySchema.map((one) =>
    one.AttributeName === "owner" ? { ...one, AttributeName: "ownerId" } : one,
  ),
  attributeDefinitions: resource.attributeDefinitions.map((one) =>
    one.AttributeName === "owner" ? { ...one, AttributeName: "ownerId" } : one,
  ),
};

export class RecordsTable {
  readonly name = table.tableName;
  readonly endpoint: AwsEndpoint;
  readonly dynamo: DynamoDBDocumentClient;
  readonly kms: KMSClient;

  private constructor(endpoint: AwsEndpoint) {
    this.endpoint = endpoint;
    const credentials = { accessKeyId: "AKIAADMINISTRATOR", secretAccessKey: "local" };
    const config = { region: "us-east-1", endpoint: endpoint.url, credentials, maxAttempts: 1 };
    this.dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(config));
    this.kms = new KMSClient(config);
  }

  static async start(): Promise<RecordsTable> {
    const stack = { ...emptyStack, tables: [table], kmsKeys: [kmsKey] };
    return new RecordsTable(await startAwsEndpoint({ stack, port: 0 }));
  }

  async close(): Promise<void> {
    this.dynamo.destroy();
    this.kms.destroy();
    await this.endpoint.close();
  }

  /** A whole record, as saved some uses ago. */
  async record(
    { ownerId, slot }: RecordAddress,
    suite: CipherSuite,
    providerKey: string,
    more: RawRecord = {},
  ): Promise<RawRecord> {
    const purpose = {
      encryptionContext: encryptionContextOf(stage, ownerId, slot),
      endpointId: `${slot.split("/")[0] ?? ""}-1`,
    };
    const dataKeys = kmsDataKeyGenerator(this.kms, encryptionKeyId);
    const { sealed } = await seal(new Secret(providerKey), purpose, suite, dataKeys);
    const at = "2026-11-01T00:00:00.000Z";
    return asRead({
      ...{ ownerId, slot, ...sealed, state: "active", recordId: "r".repeat(22), changeSeq: 7 },
      ...{ label: "My own", order: 3, savedAt: at, health: { status: "valid", checkedAt: at } },
      ...{ lastUsedAt: at, lastUsedBy: "provider-proxy", useCount: 5 },
      lastChange: { operation: "use", actor: "a", caller: "c", requestId: "r", useId: "u", at },
      ...more,
    });
  }

  async put(item: RawRecord): Promise<void> {
    await this.dynamo.send(new PutCommand({ TableName: this.name, Item: item }));
  }

  async get({ ownerId, slot }: RecordAddress): Promise<RawRecord | undefined> {
    const command = new GetCommand({ TableName: this.name, Key: { ownerId, slot }, ConsistentRead: true });
    return (await this.dynamo.send(command)).Item;
  }

  async delete({ ownerId, slot }: RecordAddress): Promise<void> {
    await this.dynamo.send(new DeleteCommand({ TableName: this.name, Key: { ownerId, slot } }));
  }

  /** Opens a record as a use would. */
  async opened(address: RecordAddress, suites: readonly CipherSuite[] = bothSuites): Promise<string> {
    const ports = { stage, readSuites: suites, endpoints };
    const record = (await this.get(address)) ?? {};
    const { providerKey } = await openClaimed(ports, address, record, kmsDataKeyUnwrapper(this.kms, "test"));
    return providerKey.exposeSecret();
  }
}

/** As the table gives it back: bytes are no `Buffer`, and what is undefined is not there. */
function asRead(item: RawRecord): RawRecord {
  const there = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    there.map(([name, value]) => [name, value instanceof Uint8Array ? new Uint8Array(value) : value]),
  );
}

/** A call of AWS's, as `UpdateItem reseal_claim`, `Decrypt`. */
export type CallName = string;

/** What a test does around each call: it may throw, before or after. */
export type Around = (call: CallName, proceed: () => Promise<unknown>) => Promise<unknown>;

/** The clients, each call of which goes through `around`. */
export function around(
  { dynamo, kms }: RecordsTable,
  surround: Around,
): { dynamo: DynamoSender; kms: KmsSender } {
  const through = (client: { send: unknown }) => {
    const send = (client.send as (command: unknown) => Promise<unknown>).bind(client);
    return { send: (command: object) => surround(nameOf(command), () => send(command)) };
  };
  return {
    dynamo: through(dynamo),
    kms: through(kms),
  };
}

function nameOf(command: object): CallName {
  const name = command.constructor.name.replace(/Command$/, "");
  if (!(command instanceof UpdateCommand)) return name;
  const values = command.input.ExpressionAttributeValues ?? {};
  const { operation } = values[":lastChange"] as { operation: string };
  return `Update ${operation}`;
}
