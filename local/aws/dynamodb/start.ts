/** Starts DynamoDB with its streams and its sweep of expired items. */
import type { TableResource } from "../../stack.ts";
import type { AwsService } from "../protocol.ts";
import { startBackend } from "./backend.ts";
import { dynamoDbService } from "./dynamodb.ts";
import { StreamFile } from "./stream-file.ts";
import { StreamLog } from "./stream-log.ts";
import { streamsService } from "./streams.ts";
import { Tables } from "./tables.ts";
import { sweepExpired } from "./ttl.ts";
import { Writer } from "./writer.ts";

/** A sweep reads whole tables: it may have two percent of the time, and small tables have one every five seconds. */
export function pauseAfterSweep(tookMs: number): number {
  return Math.max(5_000, 50 * tookMs);
}

export interface DynamoDb {
  readonly service: AwsService;
  readonly streams: {
    readonly service: AwsService;
    /** Called after each change of an item that a stream has; returns what ends that. */
    onRecord(listener: (tableName: string, shardId: string) => void): () => void;
    /** The highest sequence number so far. */
    lastSequence(): string;
  };
  /** Makes those of the tables that there are not yet; none is removed. */
  deploy(tables: readonly TableResource[]): Promise<void>;
  /** Deletes what has expired by now; also runs by itself, every five seconds as long as the tables are small. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** @param paths - the folder of the store, the file of its streams; in memory without. */
export async function startDynamoDb(
  stackTables: readonly TableResource[],
  now: () => Date,
  paths?: { readonly store: string; readonly streams: string },
): Promise<DynamoDb> {
  const backend = await startBackend(paths?.store);
  const streamFile = paths && new StreamFile(paths.streams);
  const streamLog = new StreamLog(now, streamFile);
  const tables = new Tables(backend);
  const writer = new Writer(backend, streamLog, streamFile);
  const prepared = async () => {
    await tables.deploy(stackTables);
    await writer.recover((name) => tables.find(name));
  };
  await prepared().catch(async (error: unknown) => {
    await backend.close();
    throw error;
  });
  let sweeping = Promise.resolve();
  const sweep = () => {
    // One after the other, and a failing one (the store is closing) does not stop the next.
    sweeping = sweeping.then(() => sweepExpired(tables, backend, writer, now())).catch(() => undefined);
    return sweeping;
  };
  let timer: NodeJS.Timeout | undefined;
  const sweepAfter = (pauseMs: number) => {
    timer = setTimeout(() => {
      const began = performance.now();
      void sweep().then(() => {
        if (!closed) sweepAfter(pauseAfterSweep(performance.now() - began));
      });
    }, pauseMs).unref();
  };
  let closed = false;
  sweepAfter(pauseAfterSweep(0));
  return {
    service: dynamoDbService(tables, backend, writer),
    streams: {
      service: streamsService(tables, streamLog),
      onRecord: (listener) => streamLog.onRecord(listener),
      lastSequence: () => streamLog.lastSequence(),
    },
    deploy: (changed) => tables.deploy(changed),
    sweep,
    async close() {
      closed = true;
      clearTimeout(timer);
      await sweeping;
      await backend.close();
    },
  };
}
