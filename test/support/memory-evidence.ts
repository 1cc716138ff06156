/** Evidence in memory: what recorder and job leave, and hands that may spoil it. */
import { generateKeyPairSync, sign } from "node:crypto";
import { canonicalBytes, hashOf } from "../../lib/audit/canonical.ts";
import {
  checkpointName,
  hashOfHead,
  rootOf,
  signedBytes,
  type Checkpoint,
  type CheckpointHead,
} from "../../lib/audit/checkpoint.ts";
import { manifestName, sha256 } from "../../lib/audit/manifest-store.ts";
import type { Evidence, RecordHead } from "../../lib/audit/verify/evidence.ts";
import { verifyIntegrity, type Integrity } from "../../lib/audit/verify/integrity.ts";

export type Event = Readonly<Record<string, unknown>> & {
  readonly recordId: string;
  readonly eventSeq: string;
};

export const idOf = ({ recordId, eventSeq }: Event) => `${recordId}/${eventSeq}`;

export class MemoryEvidence {
  readonly events = new Map<string, Event>();
  readonly objects = new Map<string, Uint8Array>();
  readonly heads = new Map<string, RecordHead>();
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  readonly publicKey = this.#keys.publicKey.export({ type: "spki", format: "pem" }).toString();
  #last: CheckpointHead | undefined;
  #uncovered: string[] = [];

  /** A batch of the recorder: the events, and the manifest of them. */
  record(at: string, ...events: readonly Event[]): string {
    for (const event of events) this.events.set(idOf(event), event);
    const named = events.map((event) => [idOf(event), hashOf(event)]).toSorted();
    const body = canonicalBytes({ schemaVersion: 1, events: named });
    const name = manifestName(new Date(at), body);
    this.objects.set(name, body);
    this.#uncovered.push(name);
    return name;
  }

  /** Signs what is not covered yet. */
  checkpoint(through: string): Checkpoint {
    const manifests = this.#uncovered.map((name): [string, string] => [
      name,
      sha256(this.objects.get(name) ?? new Uint8Array()),
    ]);
    const head: CheckpointHead = {
      ...{ schemaVersion: 1, stage: "test", number: (this.#last?.number ?? 0) + 1 },
      previous: this.#last ? hashOfHead(this.#last) : null,
      ...{ at: through, through, manifests: manifests.length, events: 0, root: rootOf(manifests) },
    };
    const value = sign("sha256", signedBytes(head), this.#keys.privateKey).toString("base64");
    const signature = { algorithm: "ECDSA_SHA_256" as const, keyId: "arn:test", value };
    const checkpoint = { head, manifests, signature };
    this.objects.set(checkpointName(head.number), canonicalBytes(checkpoint));
    this.#last = head;
    this.#uncovered = [];
    return checkpoint;
  }

  forget(...ids: readonly string[]): void {
    for (const id of ids) this.events.delete(id);
  }

  verify(now: string): Promise<Integrity> {
    return verifyIntegrity(this.#evidence(), { now: new Date(now), graceMs: 60_000 });
  }

  async problems(now: string): Promise<string[]> {
    return (await this.verify(now)).problems.map(({ kind, where }) => `${kind} ${where}`);
  }

  #evidence(): Evidence {
    const { events, objects, heads, publicKey } = this;
    return {
      restsOn: [],
      publicKeys: { pinned: publicKey, trusted: publicKey },
      events: () => each(events.values()),
      objects: (prefix) =>
        each(
          [...objects]
            .filter(([name]) => name.startsWith(prefix))
            .toSorted(([one], [other]) => (one < other ? -1 : 1))
            .map(([name, body]) => ({ name, versions: 1, body })),
        ),
      heads: () => each(heads.values()),
    };
  }
}

async function* each<Value>(values: Iterable<Value>): AsyncGenerator<Value> {
  yield* values;
}
