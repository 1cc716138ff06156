import type { EventSourceMappingResource } from "../stack.ts";
import type { DeliveredRecord } from "./record.ts";

/** "the payload size can't exceed 6 MB" (Lambda Developer Guide, "Batching behavior"). */
const maxBatchBytes = 6 * 1024 * 1024;

/** Runs batches one after the other, as the mapping's window and sizes cut them. */
export class Lane {
  readonly #mapping: EventSourceMappingResource;
  readonly #run: (batch: readonly DeliveredRecord[], done: (count: number) => void) => Promise<void>;
  readonly #onRoom: () => void;
  #waiting: DeliveredRecord[] = [];
  #running: readonly DeliveredRecord[] = [];
  #underWay: Promise<void> | undefined;
  #window: NodeJS.Timeout | undefined;
  #windowOver = false;
  #stopped = false;

  /** @param onRoom - called where something was done. */
  constructor(
    mapping: EventSourceMappingResource,
    run: (batch: readonly DeliveredRecord[], done: (count: number) => void) => Promise<void>,
    onRoom: () => void,
  ) {
    this.#mapping = mapping;
    this.#run = run;
    this.#onRoom = onRoom;
  }

  get size(): number {
    return this.#running.length + this.#waiting.length;
  }

  /** The sequence number of the first record that is not done. */
  get first(): string | undefined {
    return (this.#running[0] ?? this.#waiting[0])?.sequence;
  }

  add(record: DeliveredRecord): void {
    this.#waiting.push(record);
  }

  /** Begins the next batch where it is full, or its window is over. */
  start(): void {
    if (this.#underWay || this.#stopped || this.#waiting.length === 0) return;
    const count = this.#batchLength();
    const isFull = count >= this.#mapping.batchSize || count < this.#waiting.length;
    const windowMs = this.#mapping.batchingWindowSeconds * 1000;
    if (windowMs > 0 && !isFull && !this.#windowOver) {
      this.#window ??= setTimeout(() => {
        this.#windowOver = true;
        this.start();
      }, windowMs);
      return;
    }
    this.#endWindow();
    this.#running = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    const done = (some: number) => {
      this.#running = this.#running.slice(some);
      this.#onRoom();
    };
    this.#underWay = this.#run(this.#running, done).finally(() => {
      this.#underWay = undefined;
      this.start();
    });
  }

  /** No batch is begun any more; settles when the one under way is done with. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endWindow();
    await this.#underWay;
  }

  #batchLength(): number {
    let [count, bytes] = [0, 0];
    for (const record of this.#waiting) {
      bytes += record.bytes;
      if (count === this.#mapping.batchSize || (count > 0 && bytes > maxBatchBytes)) break;
      count += 1;
    }
    return count;
  }

  #endWindow(): void {
    clearTimeout(this.#window);
    this.#window = undefined;
    this.#windowOver = false;
  }
}
