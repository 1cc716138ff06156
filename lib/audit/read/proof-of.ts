import pMap from "p-map";
import { isLedgerEntry } from "../../witness/ledger-form.ts";
import { TableAccess, type TableAccessProps } from "../../witness/table-access.ts";
import { hashOf } from "../canonical.ts";
import { listNames, manifestPrefix, parseManifest, readObject, type S3Sender } from "../manifest-store.ts";
import type { StoredEvent } from "./find-events.ts";

/** What there is for an event beside itself. */
export interface Proof {
  /** `<recordId>/<eventSeq>` */
  readonly event: string;
  /** SHA-256 of its canonical encoding; absent where it has none. */
  readonly hash?: string;
  /** The first manifest that names it, and whether with this hash; `null` where it is not in one of that time. */
  readonly manifest: { readonly name: string; readonly hasHash: boolean } | null;
  /** The calls of KMS that CloudTrail showed for it, and how each was judged. */
  readonly kms: readonly WitnessedCall[];
}

export interface WitnessedCall {
  readonly at: string;
  readonly operation: string;
  readonly requestId: string;
  readonly principal: string;
  readonly status: string;
  readonly reason: string;
}

export interface ProofPorts {
  readonly s3: S3Sender;
  readonly bucket: string;
  readonly ledger: TableAccessProps;
}

/** A manifest is written after what it names, by another clock. */
const CLOCKS_MS = 10_000;
/** An event that took longer to record has it in a later one, which `waxseal audit verify` finds. */
const MOST_MANIFESTS = 400;
const AT_ONCE = 16;

/** @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`. */
export async function proofOf(ports: ProofPorts, event: StoredEvent): Promise<Proof> {
  const id = `${String(event["recordId"])}/${String(event["eventSeq"])}`;
  const hash = hashIfAny(event);
  const [manifest, kms] = await Promise.all([
    manifestOf(ports, id, event["at"], hash),
    callsOf(ports, event),
  ]);
  return { event: id, ...(hash !== undefined && { hash }), manifest, kms };
}

async function manifestOf(
  { s3, bucket }: ProofPorts,
  id: string,
  at: unknown,
  hash: string | undefined,
): Promise<Proof["manifest"]> {
  const from = Date.parse(String(at)) - CLOCKS_MS;
  if (Number.isNaN(from)) return null;
  const after = `${manifestPrefix}${new Date(from).toISOString()}`;
  let names: string[] = [];
  let looked = 0;
  const search = async () => {
    const found = await pMap(names, (name) => hashIn(s3, bucket, name, id), { concurrency: AT_ONCE });
    const index = found.findIndex((one) => one !== undefined);
    const name = names[index];
    looked += names.length;
    names = [];
    return name === undefined ? undefined : { name, hasHash: found[index] === hash };
  };
  for await (const name of listNames(s3, bucket, manifestPrefix, after)) {
    names.push(name);
    if (names.length < AT_ONCE) continue;
    const found = await search();
    if (found) return found;
    if (looked >= MOST_MANIFESTS) return null;
  }
  return (await search()) ?? null;
}

async function hashIn(s3: S3Sender, bucket: string, name: string, id: string): Promise<string | undefined> {
  const body = await readObject(s3, bucket, name);
  try {
    return body && new Map(parseManifest(body).events).get(id);
  } catch {
    // One that is malformed the verification names.
    return undefined;
  }
}

async function callsOf({ ledger }: ProofPorts, { witnessId, useId }: StoredEvent): Promise<WitnessedCall[]> {
  const witness = witnessId ?? (typeof useId === "string" ? `use/${useId}` : undefined);
  if (typeof witness !== "string") return [];
  const calls: WitnessedCall[] = [];
  const found = new TableAccess(ledger).query({
    KeyConditionExpression: "#witnessId = :witnessId",
    ExpressionAttributeNames: { "#witnessId": "witnessId" },
    ExpressionAttributeValues: { ":witnessId": witness },
    ConsistentRead: true,
  });
  for await (const item of found)
    if (isLedgerEntry(item)) {
      const { call, status, reason } = item;
      const { at, operation, requestId, principal } = call;
      calls.push({ at, operation, requestId, principal: principal.arn, status, reason });
    }
  return calls;
}

function hashIfAny(event: StoredEvent): string | undefined {
  try {
    return hashOf(event);
  } catch {
    return undefined;
  }
}
