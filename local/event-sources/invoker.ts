import type { EventSourceMappingResource } from "../stack.ts";
import type { BatchRuntime } from "./batch.ts";
import type { BatchFault } from "./faults.ts";
import type { DeliveredRecord } from "./record.ts";
import type { MappingServices } from "./services.ts";

/** Invokes the mapping's function with batches of one shard; where a test says so more than once, or kills it. */
export class Invoker {
  readonly #services: MappingServices;
  readonly #functionArn: string;
  readonly #shardId: string;
  #deliveredAgain = 0;

  constructor(services: MappingServices, { functionArn }: EventSourceMappingResource, shardId: string) {
    this.#services = services;
    this.#functionArn = functionArn;
    this.#shardId = shardId;
  }

  /** Whether nothing that a test has delivered again is still to come. */
  get isIdle(): boolean {
    return this.#deliveredAgain === 0;
  }

  readonly invoke: BatchRuntime["invoke"] = async (records, attempt) => {
    const fault = this.#faultOf(records, attempt);
    const event = { Records: records.map((record) => record.event) };
    if (fault?.againAfterMs !== undefined) this.#deliverAgain(event, fault.againAfterMs);
    const deliver = () => this.#invokeOrKill(event, fault);
    const deliveries = await Promise.allSettled(Array.from({ length: fault?.deliveries ?? 1 }, deliver));
    for (const delivery of deliveries) if (delivery.status === "rejected") throw delivery.reason;
    const [first] = deliveries;
    return first?.status === "fulfilled" ? first.value : undefined;
  };

  #faultOf(records: readonly DeliveredRecord[], attempt: number): BatchFault | undefined {
    const { faults } = this.#services;
    const [functionArn, shardId] = [this.#functionArn, this.#shardId];
    const events = records.map((record) => record.event);
    return faults?.({ functionArn, shardId, size: records.length, attempt, events });
  }

  #deliverAgain(event: unknown, afterMs: number): void {
    this.#deliveredAgain += 1;
    const deliver = () => this.#services.invoke(this.#functionArn, event);
    const timer = setTimeout(() => {
      void deliver()
        .catch(() => undefined)
        .finally(() => (this.#deliveredAgain -= 1));
    }, afterMs);
    timer.unref();
  }

  async #invokeOrKill(event: unknown, fault: BatchFault | undefined): Promise<unknown> {
    const { invoke } = this.#services;
    const { killAfterMs, kill } = fault ?? {};
    if (killAfterMs === undefined) return invoke(this.#functionArn, event, kill);
    const killing = new AbortController();
    const timer = setTimeout(() => killing.abort(), killAfterMs);
    const signal = kill ? AbortSignal.any([kill, killing.signal]) : killing.signal;
    return invoke(this.#functionArn, event, signal).finally(() => clearTimeout(timer));
  }
}
