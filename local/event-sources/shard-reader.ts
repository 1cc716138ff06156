/** Reads one shard for one mapping and hands its records to lanes, of which each keeps the order of its items. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { justBefore, type StreamRecord } from "../aws/dynamodb/stream-record.ts";
import { matchesPattern } from "../events/pattern.ts";
import type { EventSourceMappingResource } from "../stack.ts";
import { runBatch, type BatchRuntime } from "./batch.ts";
import { Lane } from "./lane.ts";
import { deliveredRecord, type DeliveredRecord } from "./record.ts";

export interface ShardSource {
  /** The records after that sequence number, at most a thousand. */
  read(after: string): Promise<readonly StreamRecord[]>;
  /** Where to go on: everything up to that sequence number is done with. */
  reached(sequence: string): void;
}

export type BatchPorts = Pick<BatchRuntime, "invoke" | "discard" | "now">;

const readPauseMs = 1_000;
const leastBuffered = 1_000;

export class ShardReader {
  readonly #mapping: EventSourceMappingResource;
  readonly #source: ShardSource;
  readonly #lanes: readonly Lane[];
  readonly #stop = new AbortController();
  #after: string;
  #reached: string;
  #reading: Promise<void> | undefined;
  #isAsked = false;

  /** @param after - everything up to this sequence number was done with before. */
  constructor(mapping: EventSourceMappingResource, source: ShardSource, ports: BatchPorts, after: string) {
    this.#mapping = mapping;
    this.#source = source;
    this.#after = after;
    this.#reached = after;
    const stopped = () => this.#stop.signal.aborted;
    const pause = (ms: number) =>
      sleep(ms, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
    const run = (batch: readonly DeliveredRecord[], done: (count: number) => void) =>
      runBatch({ ...ports, mapping, done, pause, stopped }, batch);
    this.#lanes = Array.from({ length: mapping.parallelizationFactor }, () => {
      return new Lane(mapping, run, () => {
        this.#note();
        this.wake();
      });
    });
  }

  /** Whether all that there is has been read and is done with. */
  get isIdle(): boolean {
    return !this.#isAsked && !this.#reading && this.#lanes.every(({ size }) => size === 0);
  }

  /** There may be something to read. */
  wake(): void {
    if (this.#stop.signal.aborted || this.#isAsked) return;
    this.#isAsked = true;
    // What is written at once is read at once.
    if (!this.#reading) setImmediate(() => this.#begin());
  }

  /** Settles when what is under way is done with; what is not is delivered again by whoever comes next. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#reading, ...this.#lanes.map((lane) => lane.stop())]);
  }

  #begin(): void {
    if (this.#reading || this.#stop.signal.aborted) return;
    this.#isAsked = false;
    this.#reading = this.#read().finally(() => {
      this.#reading = undefined;
      if (this.#isAsked) setImmediate(() => this.#begin());
    });
  }

  async #read(): Promise<void> {
    while (!this.#stop.signal.aborted && this.#hasRoom()) {
      const records = await this.#source.read(this.#after).catch(() => undefined);
      if (records?.length === 0) return;
      // A permission that a deployment took away, say: Lambda tries it again.
      if (!records) await sleep(readPauseMs, undefined, { ref: false });
      for (const record of records ?? []) this.#take(record);
      this.#note();
      for (const lane of this.#lanes) lane.start();
    }
  }

  #take(record: StreamRecord): void {
    const delivered = deliveredRecord(record, this.#mapping.streamArn);
    this.#after = delivered.sequence;
    const { filters } = this.#mapping;
    if (filters && !filters.some((filter) => matchesPattern(filter, delivered.event))) return;
    this.#laneOf(delivered).add(delivered);
  }

  #laneOf({ item }: DeliveredRecord): Lane {
    const count = this.#lanes.length;
    const number = count === 1 ? 0 : createHash("sha256").update(item).digest().readUInt16BE(2) % count;
    return this.#lanes[number] as Lane;
  }

  #hasRoom(): boolean {
    const most = Math.max(leastBuffered, 2 * this.#mapping.batchSize);
    return this.#lanes.every(({ size }) => size < most);
  }

  /** Up to the first record that some lane is not done with. */
  #note(): void {
    const open = this.#lanes.flatMap(({ first }) => first ?? []);
    const reached = open.length === 0 ? this.#after : justBefore(open.reduce((a, b) => (a < b ? a : b)));
    if (reached === this.#reached) return;
    this.#reached = reached;
    this.#source.reached(reached);
  }
}
