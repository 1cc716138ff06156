/** What a deployment costs a month: the counts of `counts.ts` times the prices of `prices.ts`. */
import type { AuditSettings } from "../audit-settings.ts";
import { assumed, measured, stackCounts } from "./counts.ts";
import { prices, type PriceName } from "./prices.ts";

export interface CostQuestion {
  /** A month. */
  readonly uses: number;
  readonly records: number;
  readonly trail: AuditSettings["trail"];
  /** With checkpoints, by default. */
  readonly isProduction: boolean;
  /** How long the provider takes to answer: the proxy runs as long. */
  readonly providerSeconds: number;
  /** `auditBatchSeconds` */
  readonly batchSeconds: number;
}

/** `use`: without an audit; `audit`: events and manifests; `witness`: CloudTrail and its ledger. */
export type CostGroup = "use" | "audit" | "witness" | "storage" | "idle";

export interface CostLine {
  readonly group: CostGroup;
  readonly what: string;
  readonly price: PriceName;
  readonly quantity: number;
  readonly usd: number;
}

export interface Cost {
  readonly lines: readonly CostLine[];
  readonly totals: Readonly<Record<CostGroup | "all", number>>;
}

const groups: readonly CostGroup[] = ["use", "audit", "witness", "storage", "idle"];
const [GB, HOURS] = [1024 ** 3, 730];

export function monthlyCost(question: CostQuestion): Cost {
  const lines = [
    ...useLines(question),
    ...auditLines(question),
    ...(question.trail === "off" ? [] : witnessLines(question)),
    ...storageLines(question),
    ...idleLines(question),
  ];
  const totalOf = (group: CostGroup) => sum(lines.filter((one) => one.group === group));
  const byGroup = Object.fromEntries(groups.map((group) => [group, totalOf(group)]));
  return { lines, totals: { ...(byGroup as Record<CostGroup, number>), all: sum(lines) } };
}

function useLines({ uses, providerSeconds }: CostQuestion): CostLine[] {
  const seconds = uses * (providerSeconds + assumed.proxySeconds);
  return [
    line("use", "API Gateway", "apiRequest", uses),
    line("use", "proxy: invocations", "lambdaRequest", uses),
    line("use", "proxy: as long as the provider answers", "lambdaGbSecond", seconds * assumed.memoryGb),
    line("use", "claim in the record", "writeUnit", uses * measured.recordUnits),
    line("use", "limits", "writeUnit", uses * measured.limitUnits),
    line("use", "KMS", "kmsRequest", uses * measured.kmsRequestsPerUse),
    line("use", "logs", "logGb", (uses * assumed.logBytesPerInvocation) / GB),
  ];
}

function auditLines(question: CostQuestion): CostLine[] {
  const events = question.uses * measured.eventsPerUse;
  const batches = events / eventsPerBatch(events / assumed.secondsPerMonth, question.batchSeconds);
  const seconds = batches * assumed.recorderBatchSeconds + events * assumed.recorderEventSeconds;
  return [
    line("audit", "streams", "streamRead", batches),
    line("audit", "recorder: invocations", "lambdaRequest", batches),
    line("audit", "recorder: time", "lambdaGbSecond", seconds * assumed.memoryGb),
    line("audit", "events, with their indexes", "writeUnit", events * measured.eventUnits),
    line("audit", "manifests", "s3Put", batches),
    line("audit", "logs", "logGb", (batches * assumed.logBytesPerInvocation) / GB),
  ];
}

function witnessLines({ uses, trail }: CostQuestion): CostLine[] {
  const calls = uses * measured.kmsRequestsPerUse;
  const seconds = calls * assumed.reconcileEventSeconds;
  return [
    line("witness", "CloudTrail, a second copy", "trailEvent", trail === "create" ? calls : 0),
    line("witness", "reconcile: time", "lambdaGbSecond", seconds * assumed.memoryGb),
    line("witness", "ledger", "writeUnit", calls * measured.ledgerUnits),
    line("witness", "what explains a call", "readUnit", calls * measured.ledgerReadUnits),
  ];
}

/** What is there at a month's end, for a month: the records, and the events of that month. */
function storageLines({ uses, records, trail }: CostQuestion): CostLine[] {
  const recordsGb = (records * (measured.recordBytes + assumed.itemOverheadBytes)) / GB;
  // In the indexes an event has about as much again.
  const eventBytes = 2 * measured.eventBytes + 3 * assumed.itemOverheadBytes;
  const ledgerBytes = trail === "off" ? 0 : measured.ledgerBytes + assumed.itemOverheadBytes;
  const auditGb = (uses * (eventBytes + ledgerBytes)) / GB;
  return [
    line("storage", "records", "tableGb", recordsGb),
    line("storage", "records, to be put back to any second", "recoveryGb", recordsGb),
    line("storage", "a month's events and ledger", "tableGb", auditGb),
    line("storage", "a month's events and ledger, to be put back", "recoveryGb", auditGb),
    line("storage", "a month's manifests", "s3Gb", (uses * assumed.manifestBytesPerEvent) / GB),
  ];
}

/** What is due although nothing happens. */
function idleLines({ trail, isProduction }: CostQuestion): CostLine[] {
  const { kmsKeys, alarms } = stackCounts[isProduction ? "production" : "development"];
  const sweeps = trail === "off" ? 0 : HOURS * 60;
  const files = trail === "off" ? 0 : assumed.trailFilesPerMonth;
  const checkpoints = isProduction ? HOURS : 0;
  const seconds = (sweeps + files + checkpoints) * assumed.sweepSeconds;
  return [
    line("idle", "KMS keys", "kmsKey", kmsKeys),
    line("idle", "alarms", "alarm", alarms),
    line("idle", "sweeps, files and checkpoints: invocations", "lambdaRequest", sweeps + files + checkpoints),
    line("idle", "sweeps, files and checkpoints: time", "lambdaGbSecond", seconds * assumed.memoryGb),
    line("idle", "CloudTrail's files", "s3Put", trail === "create" ? files : 0),
    line("idle", "CloudTrail's files read", "s3Get", files),
    line("idle", "checkpoints signed", "kmsSignature", checkpoints),
    line("idle", "checkpoints", "s3Put", checkpoints),
  ].filter(({ quantity }) => quantity > 0);
}

/** The one that opens it, and what comes into its lane while it waits. */
export function eventsPerBatch(eventsPerSecond: number, batchSeconds: number): number {
  return Math.min(assumed.batchSize, 1 + (eventsPerSecond / assumed.lanes) * batchSeconds);
}

function line(group: CostGroup, what: string, price: PriceName, quantity: number): CostLine {
  return { group, what, price, quantity, usd: quantity * prices[price].usd };
}

function sum(lines: readonly CostLine[]): number {
  return lines.reduce((total, { usd }) => total + usd, 0);
}
