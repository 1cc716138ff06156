import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { coordinateRewrap, type DurableRewrapResult } from "./durable-coordinator.ts";
import type { DurableRewrapPorts } from "./durable-ports.ts";
import { durableTask } from "./durable-task.ts";
import { workOnSegment } from "./durable-worker.ts";

/**
 * The Lambda driver of a rewrap: what one durable execution does, by its event.
 *
 * @throws {WaxsealError} `INVALID_REQUEST` for an event that is none of ours; see also both parts.
 */
export async function durableRewrap(
  ports: DurableRewrapPorts,
  event: unknown,
  context: DurableContext,
): Promise<DurableRewrapResult | "over" | "more"> {
  const task = durableTask(event);
  return task.task === "rewrap"
    ? coordinateRewrap(ports, task, context)
    : workOnSegment(ports, task, context);
}
