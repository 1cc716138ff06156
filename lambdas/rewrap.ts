import { withDurableExecution, type DurableContext, type DurableLogger } from "@aws/durable-execution-sdk-js";
import type { Logger } from "../lib/log/logger.ts";
import { composeDurableRewrap } from "../lib/rewrap/compose-durable.ts";
import { durableRewrap } from "../lib/rewrap/durable-rewrap.ts";

let composed: ReturnType<typeof composeDurableRewrap> | undefined;

/** Rewraps: by its schedule, by an operator's `waxseal rewrap --remote`, and by itself for each segment. */
export const handler = withDurableExecution(async (event: unknown, context: DurableContext) => {
  const { ports, logger } = (composed ??= composeDurableRewrap(process.env));
  context.configureLogger({ customLogger: quiet(logger) });
  logger.setRequestId(context.lambdaContext.awsRequestId);
  return durableRewrap(ports, event, context);
});

/** The SDK's own lines go through our logger: its message, and nothing of the errors that it adds. */
function quiet(logger: Logger): DurableLogger {
  const say = (level: "error" | "warn" | "info" | "debug") => (message: unknown) => {
    if (typeof message === "string") logger[level](`durable execution: ${message}`);
  };
  return { error: say("error"), warn: say("warn"), info: say("info"), debug: say("debug") };
}
