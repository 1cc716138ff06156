import type { Logger } from "../log/logger.ts";
import { kmsEventOf, type ControlPlane } from "./control-plane.ts";
import type { ReconcileEnvironment } from "./environment.ts";
import type { WitnessEvents } from "./events.ts";
import { ingestFile, ingestRecord, type IngestPorts } from "./ingest.ts";
import { isObject, objectOf, textOf, type JsonObject } from "./json.ts";
import type { LedgerEntry } from "./ledger-entry.ts";
import type { TrailLedger } from "./ledger.ts";
import type { Report } from "./report.ts";
import { rolesEver } from "./role-memory.ts";
import { judgePending } from "./self-judge.ts";
import { sweep } from "./sweep.ts";
import { trailFileName } from "./trail-names.ts";
import type { TrailSource } from "./trail-source.ts";

export interface ReconcilePorts {
  readonly settings: ReconcileEnvironment;
  readonly logger: Pick<Logger, "warn" | "error" | "setRequestId">;
  readonly ledger: TrailLedger;
  readonly events: WitnessEvents;
  readonly report: Report;
  readonly source: TrailSource | undefined;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

/**
 * What EventBridge delivers: that a file of the trail is there, a call that CloudTrail showed at once, what KMS tells
 * of itself, or that a minute has passed.
 *
 * @param remaining - milliseconds that the invocation has left.
 */
export async function reconcile(
  ports: ReconcilePorts,
  event: unknown,
  remaining: () => number,
): Promise<void> {
  const { settings, ledger, events, report, now, wait } = ports;
  const waiting: LedgerEntry[] = [];
  const ingest: IngestPorts = {
    ...{ ledger, events, report, now },
    rules: { ...settings, roles: await rolesEver({ ledger, report, now }, settings.roles) },
    watched: watchedOf(settings),
    pending: (entry) => {
      if (waiting.length < MOST_WAITING) waiting.push(entry);
    },
  };
  await takeEvent(ports, ingest, isObject(event) ? event : {}, remaining);
  await judgePending({ ...ingest, graceSeconds: settings.graceSeconds, wait }, waiting);
}

async function takeEvent(
  { settings: { graceSeconds }, source, logger }: ReconcilePorts,
  ingest: IngestPorts,
  event: JsonObject,
  remaining: () => number,
): Promise<void> {
  const kind = textOf(event["detail-type"]) ?? "";
  if (event["task"] === "sweep") await sweep({ ...ingest, source, remaining, graceSeconds });
  else if (kind === "Object Created") await takeFile(ingest, source, event);
  else if (kind.startsWith("KMS ")) await takeKmsEvent(ingest, event);
  else if (kind.endsWith(" via CloudTrail")) await ingestRecord(ingest, event["detail"]);
  else logger.warn("an event that is none of those that are expected");
}

/** More are left to the sweep. */
const MOST_WAITING = 1000;

/** Of another account, region or kind there may be files in the same bucket. */
async function takeFile(
  ingest: IngestPorts,
  source: TrailSource | undefined,
  event: JsonObject,
): Promise<void> {
  const name = textOf(objectOf(objectOf(event["detail"])["object"])["key"]) ?? "";
  const file = trailFileName(name);
  const [, , , region, account] = (ingest.rules.kmsKeys[0] ?? "").split(":");
  if (!source || file?.kind !== "log" || file.region !== region || file.account !== account) return;
  // A file whose event came twice is read once; one that was not whole, again.
  const before = await ingest.ledger.fileRead(name);
  if (before?.hash === undefined || before.problem !== undefined) await ingestFile(ingest, source, name);
}

async function takeKmsEvent({ report, watched }: IngestPorts, event: JsonObject): Promise<void> {
  const change = kmsEventOf(event, watched);
  if (change) await report.changed(change);
}

function watchedOf({ kmsKeys, otherKmsKeys, buckets }: ReconcileEnvironment): ControlPlane {
  return { kmsKeys: [...kmsKeys, ...otherKmsKeys], buckets };
}
