/**
 * Retention: events that are older than it get the time at which TTL deletes them, and only those that a checkpoint
 * covers. It is entered first, so that the verification can say why an event is gone.
 */
import pMap from "p-map";
import { WaxsealError } from "../errors.ts";
import { hashOf } from "./canonical.ts";
import {
  checkpointName,
  hashOfHead,
  isSignedBy,
  parseCheckpoint,
  rootOf,
  type Checkpoint,
} from "./checkpoint.ts";
import type { ExpiringLog, LoggedEvent } from "./expiring-log.ts";
import type { ExpiryPlace, ExpiryPlaces } from "./expiry-place.ts";
import type { Intake } from "./intake.ts";
import { parseManifest, sha256 } from "./manifest-store.ts";
import { OVERLAP_MS, type EvidenceObjects } from "./take-checkpoint.ts";

export interface ExpirePorts {
  readonly log: ExpiringLog;
  readonly objects: Pick<EvidenceObjects, "read">;
  readonly intake: Intake;
  readonly places: ExpiryPlaces;
  /** In PEM, of the KMS key that signs. */
  readonly publicKey: () => Promise<string>;
  readonly retentionDays: number;
  readonly now: () => Date;
}

const DAY_MS = 86_400_000;
const AT_ONCE = 32;
/** No more than DynamoDB takes for primary keys. */
const EVENT_ID = /^[^]{1,512}\/[\d~]{1,128}$/;

/**
 * Goes on with the first checkpoint that is not done, as long as there is one that is old enough.
 *
 * @param until - when it is to end; the next run goes on.
 * @returns how many events were given their time.
 * @throws {WaxsealError} `AUDIT_CHAIN_BROKEN` where a checkpoint or a manifest is not what was signed: what is not
 *   covered does not expire. `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
 */
export async function expireEvents(ports: ExpirePorts, until: Date): Promise<number> {
  let place = await ports.places.get();
  let expired = 0;
  while (ports.now() < until) {
    const number = place.isDone ? place.checkpoint + 1 : place.checkpoint;
    const checkpoint = await readCheckpoint(ports, number);
    if (!checkpoint || !isOld(ports, checkpoint)) break;
    if (place.isDone) place = await begin(ports, number);
    await say(ports, checkpoint, place);
    const done = await expireManifests(ports, checkpoint, place, until);
    expired += done.expired;
    place = done.place;
    if (!place.isDone) break;
  }
  return expired;
}

/** A clock that went ahead of the checkpoint's by minutes has its events in it all the same. */
function isOld({ now, retentionDays }: ExpirePorts, { head }: Checkpoint): boolean {
  return Date.parse(head.through) + OVERLAP_MS + retentionDays * DAY_MS <= now().getTime();
}

async function readCheckpoint(ports: ExpirePorts, number: number): Promise<Checkpoint | undefined> {
  const body = await ports.objects.read(checkpointName(number));
  if (!body) return undefined;
  const checkpoint = parseCheckpoint(body);
  const isOurs = checkpoint?.head.number === number && isSignedBy(checkpoint, await ports.publicKey());
  if (!isOurs || !isWhole(checkpoint)) throw new WaxsealError("AUDIT_CHAIN_BROKEN");
  return checkpoint;
}

/** The signature is over the head, which has the root of the list. */
function isWhole({ head, manifests }: Checkpoint): boolean {
  return head.manifests === manifests.length && head.root === rootOf(manifests);
}

async function begin({ places, now }: ExpirePorts, checkpoint: number): Promise<ExpiryPlace> {
  const place = { checkpoint, manifest: 0, isDone: false, begunAt: now().toISOString() };
  await places.keep(place);
  return place;
}

/** Once for each time that this checkpoint was begun with, however often it is gone on with. */
async function say({ intake }: ExpirePorts, { head }: Checkpoint, { begunAt }: ExpiryPlace): Promise<void> {
  await intake.enter({
    intakeId: `expired-${head.number}-${hashOfHead(head).slice(0, 16)}-${Date.parse(begunAt)}`,
    type: "events_expired",
    at: begunAt,
    caller: "checkpoint",
    details: { checkpoint: String(head.number), through: head.through },
  });
}

async function expireManifests(
  ports: ExpirePorts,
  { manifests }: Checkpoint,
  place: ExpiryPlace,
  until: Date,
): Promise<{ expired: number; place: ExpiryPlace }> {
  let [at, expired] = [place, 0];
  for (const [index, [name, hash]] of manifests.entries()) {
    if (index < place.manifest) continue;
    if (ports.now() >= until) break;
    expired += await expireManifest(ports, name, hash);
    at = { ...at, manifest: index + 1 };
    if (at.manifest % 100 === 0) await ports.places.keep(at);
  }
  at = { ...at, isDone: at.manifest >= manifests.length };
  await ports.places.keep(at);
  return { expired, place: at };
}

/** @returns how many of its events were given their time. */
async function expireManifest(ports: ExpirePorts, name: string, hash: string): Promise<number> {
  const body = await ports.objects.read(name);
  if (!body || sha256(body) !== hash) throw new WaxsealError("AUDIT_CHAIN_BROKEN");
  const named = eventsIn(body);
  const stored = await ports.log.read([...named.keys()]);
  const due = stored.filter(
    (one) => one.purgeAt === undefined && mayExpire(ports, one, named.get(one.eventId)),
  );
  const purgeAt = Math.ceil(ports.now().getTime() / 1000);
  await pMap(due, ({ eventId }) => ports.log.expire(eventId, purgeAt), { concurrency: AT_ONCE });
  return due.length;
}

/** By their ids; what of a manifest is malformed, which the verification names, is no event's. */
function eventsIn(body: Uint8Array): ReadonlyMap<string, string> {
  try {
    return new Map(parseManifest(body).events.filter(([eventId]) => EVENT_ID.test(eventId)));
  } catch {
    return new Map();
  }
}

/** What was changed since stays, as evidence of that; what is too young by its own time stays as well. */
function mayExpire(
  { now, retentionDays }: ExpirePorts,
  { event }: LoggedEvent,
  hash: string | undefined,
): boolean {
  const at = typeof event["at"] === "string" ? Date.parse(event["at"]) : NaN;
  return at + retentionDays * DAY_MS < now().getTime() && isHash(event, hash);
}

function isHash(event: LoggedEvent["event"], hash: string | undefined): boolean {
  try {
    return hashOf(event) === hash;
  } catch {
    // It has no encoding, so it is none that was recorded.
    return false;
  }
}
