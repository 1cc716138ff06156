/**
 * Trails: what CloudTrail records is delivered to their buckets, in files, some time later ("Finding your CloudTrail
 * log files": about five minutes; here it is said at the start). As in AWS a record may be there twice.
 */
import type { CloudTrailLog, CloudTrailRecord } from "../aws/cloudtrail.ts";
import type { TrailResource } from "../stack.ts";
import { digestFile, type DigestContent } from "./digest-file.ts";
import type { DigestKey } from "./digest-key.ts";
import type { TrailFault, TrailFaults } from "./faults.ts";
import { logFile, type TrailObject } from "./log-file.ts";
import { TrailStates, type Chain } from "./trail-state.ts";

export interface TrailsOptions {
  readonly log: CloudTrailLog;
  /** @throws where CloudTrail may not. */
  readonly put: (trail: TrailResource, object: TrailObject) => void;
  /** Each record at once, where a trail logs, for EventBridge. */
  readonly onEvent: (record: CloudTrailRecord) => void;
  readonly now: () => Date;
  /** From a call to the file that has it, at the least. */
  readonly delayMs: number;
  /** Between digests; where it is a whole number of minutes they end on whole minutes. */
  readonly digestMs: number;
  readonly digestKey: () => DigestKey;
  /** Keeps what was delivered. */
  readonly file?: string | undefined;
  readonly faults?: TrailFaults | undefined;
}

/** Records of so long go into one file. */
const gatherMs = 200;
const maxRecords = 2_000;
const [secondMs, minuteMs] = [1_000, 60_000];

interface Waiting {
  readonly record: CloudTrailRecord;
  readonly fault: TrailFault;
}

/** What is delivered together. */
interface Group {
  readonly waiting: Waiting[];
  /** Epoch milliseconds: no more records from then on. */
  readonly closesAt: number;
  readonly timer: NodeJS.Timeout;
}

export class Trails {
  readonly #options: TrailsOptions;
  readonly #states: TrailStates;
  readonly #held: Waiting[] = [];
  readonly #groups = new Set<Group>();
  /** The group of a delay that takes records. */
  readonly #open = new Map<number, Group>();
  readonly #unlisten: () => void;
  readonly #silenced = new Set<string>();
  #deployed: readonly TrailResource[] = [];
  /** Those that log. */
  #trails: readonly TrailResource[] = [];
  #digestTimer: NodeJS.Timeout | undefined;
  #begun = false;

  constructor(options: TrailsOptions) {
    this.#options = options;
    this.#states = new TrailStates(options.now, options.file);
    this.#unlisten = options.log.onRecord((record) => this.#add(record, true));
  }

  /** Those that are deployed, as they are now. */
  all(): readonly TrailResource[] {
    return this.#deployed.map((trail) => this.#asIs(trail));
  }

  /**
   * What is called while none logs is in no file, then or later. "When you stop logging … CloudTrail delivers a final
   * digest file"; a trail that logs again begins a chain of digests anew.
   */
  setLogging(name: string, isLogging: boolean): void {
    if (isLogging) this.#silenced.delete(name);
    else {
      this.flush();
      this.#digest(this.#nextSecond(), name);
      this.#states.begin(name);
      this.#silenced.add(name);
    }
    this.#setTrails(this.#deployed);
  }

  /** From now on these; one that was silenced stays so. */
  deploy(trails: readonly TrailResource[]): void {
    this.#setTrails(trails);
    if (!this.#begun) {
      this.#begun = true;
      for (const record of this.#options.log.records())
        if (!this.#states.isDone(record.eventID)) this.#add(record, false);
      this.#awaitDigest();
    }
  }

  /** Delivers at once what waits for its time; not what is held. */
  flush(): void {
    for (const group of this.#groups) this.#deliver(group);
  }

  /** Delivers at once what a fault held. */
  release(): void {
    this.#write(this.#held.splice(0));
  }

  /** Writes a digest now, of all that was delivered. */
  digest(): void {
    this.#digest(this.#nextSecond());
  }

  /** Delivers what waits; what is held waits in its file, where there is one. */
  close(): void {
    this.#unlisten();
    clearTimeout(this.#digestTimer);
    this.flush();
  }

  #setTrails(trails: readonly TrailResource[]): void {
    this.#deployed = trails;
    this.#trails = this.all().filter(({ isLogging }) => isLogging);
    for (const { name } of this.#trails) this.#states.of(name);
  }

  #asIs(trail: TrailResource): TrailResource {
    return this.#silenced.has(trail.name) ? { ...trail, isLogging: false } : trail;
  }

  #nextSecond(): Date {
    return new Date((Math.floor(this.#options.now().getTime() / secondMs) + 1) * secondMs);
  }

  #add(record: CloudTrailRecord, isNew: boolean): void {
    if (this.#trails.length === 0) {
      this.#states.done([record.eventID]);
      return;
    }
    const fault = this.#options.faults?.(record) ?? {};
    if (isNew && !fault.isMissingOnBus) this.#options.onEvent(record);
    if (fault.delivery === "held") this.#held.push({ record, fault });
    else this.#group(this.#options.delayMs + (fault.delivery?.lateMs ?? 0)).push({ record, fault });
  }

  #group(delayMs: number): Waiting[] {
    const now = Date.now();
    const open = this.#open.get(delayMs);
    if (open && now < open.closesAt && open.waiting.length < maxRecords) return open.waiting;
    const timer = setTimeout(() => this.#deliver(group), gatherMs + delayMs).unref();
    const group: Group = { waiting: [], closesAt: now + gatherMs, timer };
    this.#groups.add(group);
    this.#open.set(delayMs, group);
    return group.waiting;
  }

  #deliver(group: Group): void {
    clearTimeout(group.timer);
    this.#groups.delete(group);
    for (const [delayMs, open] of this.#open) if (open === group) this.#open.delete(delayMs);
    this.#write(group.waiting);
  }

  /** What a fault doubles is in more files, what it leaves out of a digest in files of its own. */
  #write(waiting: readonly Waiting[]): void {
    const most = Math.max(0, ...waiting.map(({ fault }) => fault.copies ?? 1));
    for (let copy = 1; copy <= most; copy++) {
      const copied = waiting.filter(({ fault }) => (fault.copies ?? 1) >= copy);
      for (const isBackfilled of [false, true]) {
        const some = copied.filter(({ fault }) => (fault.isBackfilled ?? false) === isBackfilled);
        if (some.length > 0)
          this.#writeFile(
            some.map(({ record }) => record),
            isBackfilled,
          );
      }
    }
    this.#states.done(waiting.map(({ record }) => record.eventID));
  }

  #writeFile(records: readonly CloudTrailRecord[], isBackfilled: boolean): void {
    const at = this.#options.now();
    for (const trail of this.#trails) {
      const { digested, ...object } = logFile(trail, records, at);
      this.#options.put(trail, object);
      if (trail.validatesLogFiles) this.#states.delivered(trail.name, digested, at, isBackfilled);
    }
  }

  #awaitDigest(): void {
    const { digestMs, now } = this.#options;
    const isOfMinutes = digestMs % minuteMs === 0;
    const inMs = isOfMinutes ? digestMs - (now().getTime() % digestMs) : digestMs;
    this.#digestTimer = setTimeout(() => {
      const unit = isOfMinutes ? minuteMs : secondMs;
      this.#digest(new Date(Math.floor(now().getTime() / unit) * unit));
      this.#awaitDigest();
    }, inMs).unref();
  }

  /** Of the log files that were delivered before `until`; where there is none, it says so. */
  #digest(until: Date, only?: string): void {
    for (const trail of this.#trails) {
      if (!trail.validatesLogFiles || (only ?? trail.name) !== trail.name) continue;
      const { regular, backfill, end: start } = this.#states.of(trail.name);
      // Two of one second would have one name.
      const end = until > start ? until : new Date(start.getTime() + secondMs);
      this.#writeDigest(trail, { start, end, ...taken(regular, end) }, false);
      if (backfill.files.length === 0) continue;
      const backfilledAt = this.#options.now();
      this.#writeDigest(trail, { start, end, backfilledAt, ...taken(backfill, end) }, true);
    }
  }

  #writeDigest(trail: TrailResource, content: DigestContent, isBackfill: boolean): void {
    const { link, ...object } = digestFile(trail, content, this.#options.digestKey());
    this.#options.put(trail, object);
    this.#states.digested(trail.name, link, content.end, isBackfill);
  }
}

function taken({ files, previous }: Chain, end: Date): Pick<DigestContent, "files" | "previous"> {
  return { previous, files: files.filter(({ at }) => at < end.getTime()).map(({ file }) => file) };
}
