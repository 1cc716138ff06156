import type { EventSourceMappingResource } from "../stack.ts";
import type { BatchRuntime } from "./batch.ts";
import type { MappingServices } from "./services.ts";

/** Invokes the mapping's function with batches of one shard; where a test says so twice at once, or kills it. */
export function invoker(
  { invoke, faults }: MappingServices,
  { functionArn }: EventSourceMappingResource,
  shardId: string,
): BatchRuntime["invoke"] {
  return async (records, attempt) => {
    const fault = faults?.({ functionArn, shardId, size: records.length, attempt });
    const event = { Records: records.map((record) => record.event) };
    const deliver = () => invokeOrKill(invoke, functionArn, event, fault?.killAfterMs);
    const deliveries = await Promise.allSettled(Array.from({ length: fault?.deliveries ?? 1 }, deliver));
    for (const delivery of deliveries) if (delivery.status === "rejected") throw delivery.reason;
    const [first] = deliveries;
    return first?.status === "fulfilled" ? first.value : undefined;
  };
}

async function invokeOrKill(
  invoke: MappingServices["invoke"],
  functionArn: string,
  event: unknown,
  killAfterMs: number | undefined,
): Promise<unknown> {
  if (killAfterMs === undefined) return invoke(functionArn, event);
  const killing = new AbortController();
  const timer = setTimeout(() => killing.abort(), killAfterMs);
  return invoke(functionArn, event, killing.signal).finally(() => clearTimeout(timer));
}
