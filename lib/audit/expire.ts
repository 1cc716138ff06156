/**
 * Retention: events that are older than it get the time at which TTL deletes them, and only those that a checkpoint
 * covers. It is entered first, so that the verification can say why an event is gone.
 */
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import { awsErrorName } from "../aws-failure.ts";
import { WaxsealError } from "../errors.ts";
import { isTransient, storeError } from "../provider-keys/store-failures.ts";
import type { DynamoSender } from "../provider-keys/write-record.ts";
import { patientRetry, withRetry } from "../retry.ts";
import { checkpointName, hashOfHead, isSignedBy, parseCheckpoint, type Checkpoint } from "./checkpoint.ts";
import type { ExpiryPlace, ExpiryPlaces } from "./expiry-place.ts";
import type { Intake } from "./intake.ts";
import { parseManifest, sha256 } from "./manifest-store.ts";
import { OVERLAP_MS, type EvidenceObjects } from "./take-checkpoint.ts";

export interface ExpirePorts {
  readonly dynamo: DynamoSender;
  /** The `AuditLog` table. */
  readonly table: string;
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
  if (!isOurs) throw new WaxsealError("AUDIT_CHAIN_BROKEN");
  return checkpoint;
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

async function expireManifest(ports: ExpirePorts, name: string, hash: string): Promise<number> {
  const body = await ports.objects.read(name);
  if (!body || sha256(body) !== hash) throw new WaxsealError("AUDIT_CHAIN_BROKEN");
  const set = await pMap(parseManifest(body).events, ([eventId]) => expire(ports, eventId), {
    concurrency: AT_ONCE,
  });
  return set.filter(Boolean).length;
}

/** @returns whether it was there, old enough, and had no time yet. */
async function expire({ dynamo, table, now, retentionDays }: ExpirePorts, eventId: string): Promise<boolean> {
  const at = eventId.lastIndexOf("/");
  const command = new UpdateCommand({
    TableName: table,
    Key: { recordId: eventId.slice(0, at), eventSeq: eventId.slice(at + 1) },
    UpdateExpression: "SET #purgeAt = :purgeAt",
    ConditionExpression: "attribute_exists(#recordId) AND attribute_not_exists(#purgeAt) AND #at < :oldest",
    ExpressionAttributeNames: { "#purgeAt": "purgeAt", "#recordId": "recordId", "#at": "at" },
    ExpressionAttributeValues: {
      ":purgeAt": Math.ceil(now().getTime() / 1000),
      ":oldest": new Date(now().getTime() - retentionDays * DAY_MS).toISOString(),
    },
    ReturnValues: "NONE",
  });
  try {
    await withRetry(() => dynamo.send(command), isTransient, patientRetry);
    return true;
  } catch (error) {
    if (awsErrorName(error) === "ConditionalCheckFailedException") return false;
    throw storeError("UpdateItem (expiry)", error);
  }
}
