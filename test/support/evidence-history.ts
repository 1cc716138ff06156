import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { canonicalBytes, hashOf } from "../../lib/audit/canonical.ts";
import { eventIdOf, type AuditEvent, type IntakeEvent } from "../../lib/audit/event.ts";
import type { Intake } from "../../lib/audit/intake.ts";
import { manifestName, publicKeyName } from "../../lib/audit/manifest-store.ts";
import { takeCheckpoints, type CheckpointPorts } from "../../lib/audit/take-checkpoint.ts";
import type { Evidence, RecordHead } from "../../lib/audit/verify/evidence.ts";
import { verifyIntegrity, type Integrity } from "../../lib/audit/verify/integrity.ts";
import { MemoryObjects } from "./memory-objects.ts";

export type Item = Record<string, unknown>;

/** How long a recorder may take, and how long a verification waits for what is new: milliseconds. */
export const SETTLE_MS = 120_000;
export const GRACE_MS = 180_000;

/** What Waxseal's functions leave of a few people's provider keys, in memory; an hour passes in no time. */
export class AuditHistory {
  readonly objects = new MemoryObjects();
  /** The audit log, by an event's id. */
  readonly events = new Map<string, Item>();
  /** The table of records, as far as a verification sees it. */
  readonly heads = new Map<string, RecordHead>();
  readonly signer = signerOf("arn:aws:kms:eu-west-1:111122223333:key/checkpoints");
  now = new Date("2026-11-25T08:00:00.000Z");

  /** Every change takes a while. */
  pass(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
  }

  /** One change of a record. */
  change(owner: string, type: string, more: Item = {}): AuditEvent {
    this.pass(7000);
    const recordId = idOf(`record ${owner}`);
    const changeSeq = (this.heads.get(recordId)?.changeSeq ?? 0) + 1;
    const at = this.now.toISOString();
    this.heads.set(recordId, { recordId, changeSeq, at });
    return {
      ...{ schemaVersion: 1, recordId, eventSeq: String(changeSeq).padStart(12, "0"), at, type },
      ...{ ownerId: `${idOf(owner)}${idOf(owner).slice(0, 21)}`, slot: "openai/default" },
      ...{ provider: "openai", name: "default", actor: owner, caller: "provider-proxy" },
      ...{ requestId: `request-${changeSeq}`, ...more },
    } as unknown as AuditEvent;
  }

  save(owner: string): AuditEvent {
    const kmsRequestId = `kms-request-of-${owner}`;
    return this.change(owner, "key_saved", {
      ...{ caller: "save", kmsRequestId, witnessId: `kms/${kmsRequestId}` },
      encryptionKeyId: "arn:aws:kms:eu-west-1:111122223333:key/provider-keys",
      ...{ keyMaterialId: "0".repeat(64), cipherSuite: "A256GCM", sealId: idOf(`seal ${owner}`) },
    });
  }

  use(owner: string): AuditEvent {
    const useId = idOf(`use ${owner} ${this.now.toISOString()}`);
    return this.change(owner, "key_used", { useId, witnessId: `use/${useId}` });
  }

  /** By TTL: the record is gone. */
  purge(owner: string): AuditEvent {
    const event = this.change(owner, "key_purged", { actor: "dynamodb", caller: "ttl", requestId: "none" });
    this.heads.delete(event.recordId);
    return event;
  }

  /** What a recorder does with one batch. */
  record(...events: AuditEvent[]): void {
    for (const event of events) this.events.set(eventIdOf(event), { ...event });
    const named = events.map((event) => [eventIdOf(event), hashOf(event)] as const);
    const sorted = named.toSorted(([one], [other]) => (one < other ? -1 : 1));
    const body = canonicalBytes({ schemaVersion: 1, events: sorted });
    const name = manifestName(this.now, body);
    if (!this.objects.versions.has(name)) this.objects.put(name, body);
  }

  /** Whatever is entered is recorded at once. */
  readonly intake: Intake = {
    enter: ({ intakeId, ...entry }) => {
      const about = { schemaVersion: 1, recordId: `intake-${intakeId}`, eventSeq: "000000000001" } as const;
      const event: IntakeEvent = { ...about, ...entry };
      if (!this.events.has(eventIdOf(event))) this.record(event);
      return Promise.resolve();
    },
  };

  get ports(): CheckpointPorts {
    return {
      ...{ stage: "test", objects: this.objects, intake: this.intake, signer: this.signer },
      ...{ now: () => this.now, settleMs: SETTLE_MS },
      logger: noLogger,
    };
  }

  /** An hour later. */
  async checkpoint(): Promise<number> {
    this.pass(3_600_000);
    return takeCheckpoints(this.ports);
  }

  evidence(): Evidence {
    const pinned = this.objects.versions.get(publicKeyName)?.at(-1);
    const { events, heads, objects, signer } = this;
    return {
      restsOn: ["memory"],
      publicKeys: { pinned: pinned && Buffer.from(pinned).toString(), trusted: signer.pem },
      events: () => each(events),
      objects: (prefix) => objects.all(prefix),
      heads: () => each(heads),
    };
  }

  verify(evidence: Evidence = this.evidence(), checkpointEveryMs = 3_600_000): Promise<Integrity> {
    return verifyIntegrity(evidence, { now: () => this.now, graceMs: GRACE_MS, checkpointEveryMs });
  }

  /** `kind where` of each problem. */
  async problems(evidence?: Evidence): Promise<string[]> {
    const { problems } = await this.verify(evidence);
    return problems.map(({ kind, where }) => `${kind} ${where}`);
  }
}

/** Three people, two checkpoints, and what came after the last. */
export async function threePeople(): Promise<AuditHistory> {
  const history = new AuditHistory();
  for (const name of ["ada", "bob", "eve"]) history.record(history.save(name));
  history.record(history.use("ada"), history.use("bob"), history.use("eve"));
  history.record(history.use("ada"), history.use("ada"));
  await history.checkpoint();
  history.record(history.use("bob"), history.change("eve", "key_removed", { caller: "remove" }));
  history.record(history.use("ada"));
  await history.checkpoint();
  history.record(history.use("bob"));
  history.pass(600_000);
  return history;
}

/** A KMS key that signs, in memory. */
export function signerOf(keyId: string) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return {
    ...{ keyId, pem },
    publicKey: () => Promise.resolve(pem),
    sign: (message: Uint8Array) => Promise.resolve<Uint8Array>(sign("sha256", message, privateKey)),
  };
}

/** 22 characters, as random ids have them, and the same for the same words. */
export function idOf(words: string): string {
  return createHash("sha256").update(words).digest("base64url").slice(0, 22);
}

const say = () => undefined;
const noLogger = { debug: say, info: say, warn: say, error: say, setRequestId: say };

async function* each<Value>(all: ReadonlyMap<string, Value>): AsyncGenerator<Value> {
  await Promise.resolve();
  yield* [...all.values()];
}
