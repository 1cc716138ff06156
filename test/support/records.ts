import { BatchWriteItemCommand, DynamoDBClient, type WriteRequest } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { marshall } from "@aws-sdk/util-dynamodb";
import pMap from "p-map";
import { open, seal, type SealedProviderKey } from "../../lib/envelope/envelope.ts";
import type { CipherSuite } from "../../lib/envelope/suites.ts";
import { kmsDataKeyGenerator } from "../../lib/kms/data-key-generator.ts";
import { kmsDataKeyUnwrapper } from "../../lib/kms/data-key-unwrapper.ts";
import { ownerIdOf } from "../../lib/owner.ts";
import { encryptionContextOf } from "../../lib/provider-keys/encryption-context.ts";
import { parseSealed } from "../../lib/provider-keys/record.ts";
import { Secret } from "../../lib/secret.ts";
import type { LocalSystem } from "../../local/system.ts";
import { CANARY } from "./keys.ts";
import { awsConfig, storedItems, tableName } from "./local-system.ts";

/** Many records at once, as saves leave them, without the time that as many requests take. */
export interface Seeded {
  /** As in a token's `sub`. */
  readonly userId: string;
  readonly ownerId: string;
  readonly slot: "openai/default";
}

const endpointId = "openai-1";
const BATCH = 25;

/** The same for a user in every run, valid by its format. */
export function seededKey(userId: string): string {
  return `sk-proj-${CANARY}${userId.replaceAll(/[^A-Za-z0-9]/g, "")}`.padEnd(56, "x");
}

/**
 * @param prefix - of the users' ids: `seed-0`, `seed-1`, …
 * @param spoil - what is stored of what was sealed.
 */
export async function seedRecords(
  system: LocalSystem,
  count: number,
  prefix = "seed",
  cipherSuite: CipherSuite = "A256CBC-HS512",
  spoil = (sealed: SealedProviderKey): SealedProviderKey => sealed,
): Promise<Seeded[]> {
  const kms = new KMSClient(awsConfig(system, "save"));
  const dynamo = new DynamoDBClient(awsConfig(system));
  const { issuer, encryptionKeyId, stage } = facts(system);
  const dataKeys = kmsDataKeyGenerator(kms, encryptionKeyId);
  const users = Array.from({ length: count }, (_none, index) => `${prefix}-${index}`);
  const seeded = users.map((userId) => ({
    userId,
    ownerId: ownerIdOf(issuer, userId),
    slot: "openai/default" as const,
  }));
  const batches = Array.from({ length: Math.ceil(count / BATCH) }, (_none, index) =>
    seeded.slice(index * BATCH, (index + 1) * BATCH),
  );
  await pMap(
    batches,
    async (batch) => {
      const puts = await Promise.all(
        batch.map(async ({ userId, ownerId, slot }): Promise<WriteRequest> => {
          const purpose = { encryptionContext: encryptionContextOf(stage, ownerId, slot), endpointId };
          const { sealed, kmsRequestId } = await seal(
            new Secret(seededKey(userId)),
            purpose,
            cipherSuite,
            dataKeys,
          );
          return { PutRequest: { Item: marshall(itemOf({ ownerId, slot }, spoil(sealed), kmsRequestId)) } };
        }),
      );
      await dynamo.send(new BatchWriteItemCommand({ RequestItems: { [tableName(system)]: puts } }));
    },
    { concurrency: 4 },
  );
  kms.destroy();
  dynamo.destroy();
  return seeded;
}

function itemOf(
  address: { ownerId: string; slot: string },
  sealed: SealedProviderKey,
  kmsRequestId: string,
): Record<string, unknown> {
  const at = new Date().toISOString();
  const change = {
    operation: "save",
    actor: address.ownerId,
    caller: "seed",
    requestId: "seed",
    kmsRequestId,
    at,
  };
  return {
    ...address,
    ...sealed,
    state: "active",
    recordId: sealed.sealId,
    changeSeq: 1,
    lastChange: change,
    savedAt: at,
    health: { status: "unknown", checkedAt: at },
    useCount: 0,
  };
}

function facts(system: LocalSystem) {
  const save = system.stack.functions.find(({ name }) => name === "save");
  const environment = save?.environment ?? {};
  return {
    issuer: environment["WAXSEAL_ISSUER"] ?? "",
    encryptionKeyId: environment["WAXSEAL_ENCRYPTION_KEY"] ?? "",
    stage: environment["WAXSEAL_STAGE"] ?? "",
  };
}

/** Opens every stored record as a use would; gives how many opened to what was sealed, and the addresses of the others. */
export async function openAll(
  system: LocalSystem,
  seeded: readonly Seeded[],
): Promise<{ opened: number; failed: string[] }> {
  const kms = new KMSClient(awsConfig(system, "provider-proxy"));
  const items = new Map((await storedItems(system)).map((item) => [String(item["ownerId"]), item]));
  const failed: string[] = [];
  let opened = 0;
  await pMap(
    seeded,
    async ({ userId, ownerId, slot }) => {
      const sealed = parseSealed(items.get(ownerId));
      const purpose = {
        encryptionContext: encryptionContextOf(facts(system).stage, ownerId, slot),
        endpointId,
      };
      const suites = ["A256CBC-HS512", "A256GCM"] as const;
      const providerKey =
        sealed &&
        (await open(sealed, purpose, suites, kmsDataKeyUnwrapper(kms, "test")).catch(() => undefined));
      if (providerKey?.exposeSecret() === seededKey(userId)) opened += 1;
      else failed.push(ownerId);
    },
    { concurrency: 16 },
  );
  kms.destroy();
  return { opened, failed };
}

/** What a rewrap must not change, of every record: everything but the wrapping and the trace of the change. */
export async function sealedParts(system: LocalSystem): Promise<Map<string, string>> {
  const items = await storedItems(system);
  return new Map(
    items.map((item) => {
      const {
        wrappedDataKey: _w,
        encryptionKeyId: _e,
        keyMaterialId: _m,
        lastChange: _c,
        changeSeq: _s,
        ...rest
      } = item;
      const address = `${String(item["ownerId"])}/${String(item["slot"])}`;
      return [address, JSON.stringify(Object.entries(rest).sort(), bytesAsText)];
    }),
  );
}

function bytesAsText(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}
