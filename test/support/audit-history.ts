/** Histories of one slot, written by the stores themselves, as the table's stream shows them. */
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { randomBytes } from "node:crypto";
import { saveAttributes } from "../../lib/attributes.ts";
import type { StreamEntry } from "../../lib/audit/change-of-record.ts";
import type { SealedProviderKey } from "../../lib/envelope/envelope.ts";
import { putBack } from "../../lib/export/put-back.ts";
import { ImportStore } from "../../lib/import/import-store.ts";
import { claimForJob } from "../../lib/jobs/claim.ts";
import type { Change } from "../../lib/provider-keys/change.ts";
import { ProviderKeyStore, type DynamoSender, type RawRecord } from "../../lib/provider-keys/store.ts";
import { ResealStore } from "../../lib/reseal/reseal-store.ts";
import { WrappingStore } from "../../lib/rewrap/wrapping-store.ts";
import { CANARY } from "./keys.ts";

export const address = { ownerId: "o".repeat(43), slot: "openai/default" } as const;
const newId = () => randomBytes(16).toString("base64url");
const encryptionKeyId = "arn:aws:kms:us-east-1:111122223333:key/one";

export type OperationName = Change["operation"];

/** One slot of the table: each write is an entry of the stream. Conditions are the caller's to keep. */
export class AuditHistory {
  readonly entries: StreamEntry[] = [];
  /** How many seals there were: each has other bytes. */
  #seals = 0;
  #removed: RawRecord[] = [];
  item: RawRecord | undefined;
  readonly #dynamo: DynamoSender = { send: this.#send.bind(this) as DynamoSender["send"] };

  /** What may be done next. */
  legal(): readonly (OperationName | "purge")[] {
    const { item } = this;
    if (!item) return this.#removed.length > 0 ? ["save", "import", "restore"] : ["save", "import"];
    if (item["state"] === "removed") return ["save", "purge", "open_failed"];
    const ofAny = [
      "save",
      "update",
      "disable",
      "enable",
      "remove",
      "open_failed",
      "health",
      "rewrap",
    ] as const;
    const ofJobs = ["reseal_claim", "reseal", "import_verify", "export"] as const;
    // What is not whole is not put back.
    const restore = item["tag"] === undefined ? [] : (["restore"] as const);
    return [...ofAny, ...ofJobs, ...restore, ...(item["state"] === "active" ? (["use"] as const) : [])];
  }

  /** By the code that does it. */
  async do(operation: OperationName | "purge"): Promise<unknown> {
    if (operation === "purge") return this.write(undefined, true);
    const at = { dynamo: this.#dynamo, table: "ProviderKeys", caller: "test", now: () => new Date() };
    const store = new ProviderKeyStore(this.#dynamo, at.table);
    const change = { ...changeOf(operation), kmsRequestId: newId() };
    const claim = { ...changeOf(operation), useId: newId() };
    const wrapping = { wrappedDataKey: this.#sealed().wrappedDataKey, encryptionKeyId, keyMaterialId: "cd" };
    const seal = { ...address, sealId: String(this.item?.["sealId"]), cipherSuite: "A256GCM" } as const;
    const health = { status: "valid", checkedAt: claim.at } as const;
    switch (operation) {
      case "save": {
        const optional = { label: newId(), order: undefined, expiresAt: undefined };
        return store.save(address, this.#sealed(), { ...optional, health, newRecordId: newId() }, change);
      }
      case "import":
        return new ImportStore(at).add(address, this.#sealed(), newId(), change);
      case "restore": {
        const exported = restorable(this.item ?? this.#removed.at(-1) ?? {});
        return putBack(at, address, exported, this.item, changeOf("restore"), newId());
      }
      case "update":
        return store.update(address, { label: newId(), order: null }, changeOf(operation));
      case "disable":
        return store.update(address, { state: "disabled" }, changeOf(operation));
      case "enable":
        return store.update(address, { state: "active" }, changeOf(operation));
      case "remove":
        if (this.item?.["tag"] !== undefined) this.#removed.push(this.item);
        return store.remove(address, 1_900_000_000, changeOf(operation));
      case "use":
        return store.claim(address, claim, false);
      case "open_failed":
        return store.noteOpenFailed(address, claim);
      case "health":
        return store.noteHealth(address, seal.sealId, health, claim);
      case "rewrap": {
        const read = { ...seal, ...wrapping };
        const rewrapped = { ...wrapping, kmsRequestId: newId() };
        return new WrappingStore(at).rewrap(read, rewrapped, "job");
      }
      case "reseal":
        return new ResealStore(at).reseal(seal, this.#sealed(), "job", newId());
      case "reseal_claim":
      case "import_verify":
      case "export":
        return claimForJob(at, address, claim);
    }
  }

  /** Around everything: what the table's stream then shows. */
  write(after: RawRecord | undefined, byTimeToLive = false): void {
    const before = this.item;
    this.item = after;
    this.entries.push({
      eventName: before === undefined ? "INSERT" : after === undefined ? "REMOVE" : "MODIFY",
      sequenceNumber: String(100_000 + this.entries.length),
      at: "2026-11-25T00:00:00.000Z",
      keys: marshall(address),
      before: before && marshall(before, { removeUndefinedValues: true }),
      after: after && marshall(after, { removeUndefinedValues: true }),
      byTimeToLive,
    });
  }

  #sealed(): SealedProviderKey {
    this.#seals += 1;
    const bytes = (name: string) => new Uint8Array(Buffer.from(`${CANARY}-${name}-${this.#seals}`));
    const names = {
      formatVersion: 1,
      cipherSuite: "A256GCM",
      sealId: newId(),
      endpointId: "openai-1",
    } as const;
    const wrapped = { wrappedDataKey: bytes("wrapped"), encryptionKeyId, keyMaterialId: "ab" };
    return { ...names, iv: bytes("iv"), ciphertext: bytes("ciphertext"), tag: bytes("tag"), ...wrapped };
  }

  /** `UpdateItem`, as `updateExpression` writes it. */
  async #send(command: UpdateCommand): Promise<{ Attributes: RawRecord }> {
    if (!(command instanceof UpdateCommand)) throw new TypeError("no other call is known");
    const { UpdateExpression = "", ExpressionAttributeValues: values = {} } = command.input;
    const changed = new Map<string, unknown>(Object.entries({ ...address, ...this.item }));
    for (const [, clause, parts = ""] of UpdateExpression.matchAll(
      /(SET|ADD|REMOVE) (.*?)(?= ADD | REMOVE |$)/g,
    ))
      for (const part of parts.split(/, (?=#)/)) apply(changed, clause, part, values);
    const item = Object.fromEntries(changed);
    this.write(item);
    return { Attributes: item };
  }
}

/** A restore refuses what is no record, and leaves out the time of a tombstone. */
function restorable(item: RawRecord): RawRecord {
  const names: readonly string[] = saveAttributes.filter(
    (name) => !["ownerId", "slot", "purgeAt"].includes(name),
  );
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

function apply(
  item: Map<string, unknown>,
  clause: string | undefined,
  part: string,
  values: RawRecord,
): void {
  const name = /#(\w+)/.exec(part)?.[1] ?? "";
  const value = values[/:\w+/.exec(part)?.[0] ?? ""];
  if (clause === "REMOVE") item.delete(name);
  else if (clause === "ADD") item.set(name, Number(item.get(name) ?? 0) + Number(value));
  else if (!part.includes("if_not_exists") || !item.has(name)) item.set(name, value);
}

export function changeOf(operation: OperationName): Change {
  return { operation, actor: "actor", caller: "caller", requestId: newId(), at: new Date().toISOString() };
}
