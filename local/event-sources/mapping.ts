import { shardIds } from "../aws/dynamodb/shards.ts";
import type { EventSourceMappingResource } from "../stack.ts";
import type { Discarded } from "./batch.ts";
import { discardedObject } from "./destination.ts";
import { Invoker } from "./invoker.ts";
import type { MappingServices } from "./services.ts";
import type { Positions } from "./positions.ts";
import { ShardReader, type BatchPorts } from "./shard-reader.ts";
import { recordsAfter } from "./stream.ts";

/** Below every sequence number. */
const beforeAll = "0";

/** One mapping that runs, with a reader for each shard. */
export class Mapping {
  readonly resource: EventSourceMappingResource;
  readonly #readers: ReadonlyMap<string, ShardReader>;
  readonly #invokers: readonly Invoker[];

  constructor(resource: EventSourceMappingResource, services: MappingServices, positions: Positions) {
    this.resource = resource;
    const invokers = shardIds.map((shardId) => [shardId, new Invoker(services, resource, shardId)] as const);
    this.#invokers = invokers.map(([, invoker]) => invoker);
    this.#readers = new Map(
      invokers.map(([shardId, { invoke }]) => [
        shardId,
        readerOf(shardId, resource, services, positions, invoke),
      ]),
    );
  }

  get isIdle(): boolean {
    return [...this.#readers.values(), ...this.#invokers].every(({ isIdle }) => isIdle);
  }

  start(): void {
    for (const reader of this.#readers.values()) reader.wake();
  }

  /** Where the stream has something new in the shard. */
  wake(shardId: string): void {
    this.#readers.get(shardId)?.wake();
  }

  /** Settles when what is under way is done with. */
  async stop(): Promise<void> {
    await Promise.all([...this.#readers.values()].map((reader) => reader.stop()));
  }
}

function readerOf(
  shardId: string,
  mapping: EventSourceMappingResource,
  services: MappingServices,
  positions: Positions,
  invoke: BatchPorts["invoke"],
): ShardReader {
  const { now, putObject, streams, count = () => undefined } = services;
  const kept = positions.get(mapping.uuid, shardId);
  const start = mapping.startingPosition === "LATEST" ? streams.lastSequence() : beforeAll;
  // What a mapping that begins at the end has missed, it has missed in every run.
  if (kept === undefined) positions.set(mapping.uuid, shardId, start);
  return new ShardReader(
    mapping,
    {
      read: (after) => recordsAfter(services, mapping, shardId, after),
      reached: (sequence) => positions.set(mapping.uuid, shardId, sequence),
    },
    {
      invoke,
      discard(discarded: Discarded) {
        if (mapping.onFailureBucket === undefined) return;
        const { name, body } = discardedObject(mapping, shardId, discarded, now());
        try {
          putObject(mapping, mapping.onFailureBucket, name, body);
          count("OnFailureDestinationDeliveredEventCount", mapping.uuid);
        } catch (error) {
          count("DestinationDeliveryFailures", mapping.functionArn.split(":")[6] ?? "");
          throw error;
        }
      },
      now: () => now().getTime(),
    },
    kept ?? start,
  );
}
