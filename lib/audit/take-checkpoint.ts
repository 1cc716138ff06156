import pMap from "p-map";
import { WaxsealError } from "../errors.ts";
import type { Logger } from "../log/logger.ts";
import { canonicalBytes } from "./canonical.ts";
import {
  checkpointName,
  hashOfHead,
  isSignedBy,
  parseCheckpoint,
  rootOf,
  signedBytes,
  type Checkpoint,
  type CheckpointHead,
} from "./checkpoint.ts";
import type { Intake } from "./intake.ts";
import {
  checkpointPrefix,
  manifestPrefix,
  parseManifest,
  publicKeyName,
  sha256,
  timeOfManifest,
} from "./manifest-store.ts";

/** The audit's bucket, as a checkpoint needs it. */
export interface EvidenceObjects {
  read(name: string): Promise<Uint8Array | undefined>;
  /** @returns whether there was none of the name. */
  putOnce(name: string, body: Uint8Array): Promise<boolean>;
  /** In the order of UTF-8. */
  names(prefix: string, after: string): AsyncIterable<string>;
}

export interface CheckpointPorts {
  readonly stage: string;
  readonly objects: EvidenceObjects;
  readonly intake: Intake;
  /** ARN of the KMS key that signs, its public half in PEM, and its signature (DER) of a message. */
  readonly signer: {
    readonly keyId: string;
    publicKey(): Promise<string>;
    sign(message: Uint8Array): Promise<Uint8Array>;
  };
  readonly logger: Logger;
  readonly now: () => Date;
  /** How long a recorder may be between naming a manifest and having written it. */
  readonly settleMs: number;
}

/** Of a recorder whose clock was slow, or that was: later than this it is a finding of the verification. */
export const OVERLAP_MS = 600_000;
/** One checkpoint stays a document of a megabyte. */
const MOST_MANIFESTS = 10_000;
const AT_ONCE = 16;
const MANIFEST_NAME = /^manifests\/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z-[0-9a-f]{16}\.json$/;

/**
 * Signs what manifests came since the last time, in as many checkpoints as it takes; one also where nothing came, so
 * that its absence says something. Of two runs at once the later goes without.
 *
 * @returns how many were signed.
 * @throws {WaxsealError} `AUDIT_CHAIN_BROKEN` where the pinned public key is another than KMS's, or the last checkpoint
 *   is none of it: nothing is signed on top of that. `STORE_UNAVAILABLE`, `KMS_UNAVAILABLE`.
 */
export async function takeCheckpoints(ports: CheckpointPorts): Promise<number> {
  const publicKey = await pinnedKey(ports);
  let chain = await readChain(ports, publicKey);
  // What a run that was killed left unsaid.
  if (chain.last) await say(ports, chain.last);
  const through = new Date(ports.now().getTime() - ports.settleMs).toISOString();
  const fresh = await newManifests(ports, chain, through);
  let signed = 0;
  do {
    const part = fresh.splice(0, MOST_MANIFESTS);
    const upTo = fresh.length > 0 ? timeOfManifest(part.at(-1) ?? "") : through;
    const head = await signOne(ports, chain.last, part, upTo);
    if (!head) return signed;
    chain = { ...chain, last: head };
    signed += 1;
  } while (fresh.length > 0);
  return signed;
}

async function pinnedKey({ objects, signer }: CheckpointPorts): Promise<string> {
  const current = await signer.publicKey();
  await objects.putOnce(publicKeyName, Buffer.from(current));
  const pinned = await objects.read(publicKeyName);
  if (!pinned || Buffer.from(pinned).toString() !== current) throw new WaxsealError("AUDIT_CHAIN_BROKEN");
  return current;
}

interface Chain {
  readonly last: CheckpointHead | undefined;
  /** What the checkpoints of the overlap cover. */
  readonly covered: ReadonlySet<string>;
}

async function readChain({ objects }: CheckpointPorts, publicKey: string): Promise<Chain> {
  const names: string[] = [];
  for await (const name of objects.names(checkpointPrefix, "")) names.push(name);
  const covered = new Set<string>();
  let last: CheckpointHead | undefined;
  for (const name of names.toReversed()) {
    const body = await objects.read(name);
    const checkpoint = body && parseCheckpoint(body);
    const isOurs =
      checkpoint && checkpointName(checkpoint.head.number) === name && isSignedBy(checkpoint, publicKey);
    if (!isOurs) throw new WaxsealError("AUDIT_CHAIN_BROKEN");
    last ??= checkpoint.head;
    for (const [manifest] of checkpoint.manifests) covered.add(manifest);
    if (Date.parse(checkpoint.head.through) < Date.parse(last.through) - OVERLAP_MS) break;
  }
  return { last, covered };
}

async function newManifests(
  { objects }: CheckpointPorts,
  { last, covered }: Chain,
  through: string,
): Promise<string[]> {
  const from = last && new Date(Date.parse(last.through) - OVERLAP_MS).toISOString();
  const fresh: string[] = [];
  for await (const name of objects.names(manifestPrefix, from ? `${manifestPrefix}${from}` : "")) {
    if (timeOfManifest(name) > through) break;
    // Of another form than a recorder's: the verification names it, and it does not become a checkpoint's time.
    if (!MANIFEST_NAME.test(name)) continue;
    if (!covered.has(name)) fresh.push(name);
  }
  return fresh;
}

async function signOne(
  ports: CheckpointPorts,
  last: CheckpointHead | undefined,
  names: readonly string[],
  through: string,
): Promise<CheckpointHead | undefined> {
  const { objects, signer, stage, now } = ports;
  const read = await pMap(names, (name) => readManifest(objects, name), { concurrency: AT_ONCE });
  const manifests = read.map(({ name, hash }): [string, string] => [name, hash]);
  const head: CheckpointHead = {
    schemaVersion: 1,
    stage,
    number: (last?.number ?? 0) + 1,
    previous: last ? hashOfHead(last) : null,
    at: now().toISOString(),
    // Time does not go back where this run's clock does.
    through: last && last.through > through ? last.through : through,
    manifests: manifests.length,
    events: read.reduce((sum, { events }) => sum + events, 0),
    root: rootOf(manifests),
  };
  const value = Buffer.from(await signer.sign(signedBytes(head))).toString("base64");
  const signature = { algorithm: "ECDSA_SHA_256", keyId: signer.keyId, value } as const;
  const checkpoint: Checkpoint = { head, manifests, signature };
  if (!(await objects.putOnce(checkpointName(head.number), canonicalBytes(checkpoint)))) return undefined;
  await say(ports, head);
  return head;
}

async function readManifest(objects: EvidenceObjects, name: string) {
  const body = await objects.read(name);
  if (!body) throw new WaxsealError("STORE_UNAVAILABLE");
  return { name, hash: sha256(body), events: eventsIn(body) };
}

/** One that is malformed is covered too: that it is, the verification says. */
function eventsIn(body: Uint8Array): number {
  try {
    const { events } = parseManifest(body) as { readonly events: unknown };
    return Array.isArray(events) ? events.length : 0;
  } catch {
    return 0;
  }
}

/** An event of its own, so that a checkpoint cannot be taken away unseen. */
async function say({ intake }: CheckpointPorts, head: CheckpointHead): Promise<void> {
  const hash = hashOfHead(head);
  await intake.enter({
    intakeId: `checkpoint-${head.number}-${hash.slice(0, 16)}`,
    type: "checkpoint_signed",
    at: head.at,
    caller: "checkpoint",
    details: { number: String(head.number), hash },
  });
}
