/**
 * Lambda's event source mappings of DynamoDB streams (Lambda Developer Guide, "Using AWS Lambda with Amazon
 * DynamoDB"). The streams tell them what there is to read, where Lambda asks four times a second.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { EventSourceMappingResource, LocalStack } from "../stack.ts";
import { Mapping } from "./mapping.ts";
import { Positions } from "./positions.ts";
import type { MappingServices } from "./services.ts";

/** What is under way at the end has so long. */
const lateMs = 5_000;

export class EventSourceMappings {
  readonly #services: MappingServices;
  readonly #positions: Positions;
  readonly #mappings = new Map<string, Mapping>();
  readonly #unlisten: () => void;
  #changing = Promise.resolve();
  #closed = false;

  /** `deploy` begins them. */
  constructor(services: MappingServices) {
    this.#services = services;
    this.#positions = new Positions(services.file);
    this.#unlisten = services.streams.onRecord((tableName, shardId) => {
      for (const mapping of this.#mappings.values())
        if (mapping.resource.streamArn.includes(`:table/${tableName}/stream/`)) mapping.wake(shardId);
    });
  }

  /** From now on these, and no others. One that changes finishes what is under way, then goes on from there. */
  deploy({ eventSourceMappings = [] }: LocalStack): void {
    this.#changing = this.#changing.then(() => this.#change(eventSourceMappings));
  }

  /** Settles when every mapping has read all there is and is done with it. */
  async settled(): Promise<void> {
    await this.#changing;
    while (![...this.#mappings.values()].every((mapping) => mapping.isIdle)) await sleep(5);
  }

  /** Begins nothing more, and waits a while for what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unlisten();
    const ended = this.#changing.then(() => this.#change([]));
    await Promise.race([ended, sleep(lateMs, undefined, { ref: false })]);
  }

  async #change(resources: readonly EventSourceMappingResource[]): Promise<void> {
    const unneeded = [...this.#mappings.values()].filter(
      ({ resource }) => !resources.some((one) => JSON.stringify(one) === JSON.stringify(resource)),
    );
    await Promise.all(unneeded.map((mapping) => mapping.stop()));
    for (const { resource } of unneeded) this.#mappings.delete(resource.uuid);
    if (this.#closed) return;
    for (const resource of resources) {
      if (this.#mappings.has(resource.uuid)) continue;
      const mapping = new Mapping(resource, this.#services, this.#positions);
      this.#mappings.set(resource.uuid, mapping);
      mapping.start();
    }
  }
}
