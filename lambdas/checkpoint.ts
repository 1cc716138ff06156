import { composeCheckpoint } from "../lib/audit/compose-checkpoint.ts";
import { composeExpiry } from "../lib/audit/compose-expiry.ts";
import { expireEvents } from "../lib/audit/expire.ts";
import { takeCheckpoints, type CheckpointPorts } from "../lib/audit/take-checkpoint.ts";
import { isWaxsealError } from "../lib/errors.ts";

let composed: CheckpointPorts | undefined;

/** Of the 15 minutes of an invocation; what is left then the next one does. */
const TEN_MINUTES = 600_000;

/** By its schedule: signs what manifests came since the last time; then what is covered and old enough may expire. */
export async function handler(): Promise<{ signed: number; expired: number }> {
  const ports = (composed ??= composeCheckpoint(process.env));
  const until = new Date(ports.now().getTime() + TEN_MINUTES);
  const signed = await logged(ports, "no checkpoint was signed", "CHECKPOINT_FAILED", () =>
    takeCheckpoints(ports),
  );
  const expiry = composeExpiry(process.env, ports);
  if (!expiry) return { signed, expired: 0 };
  const expired = await logged(ports, "events did not expire", "EXPIRY_FAILED", () =>
    expireEvents(expiry, until),
  );
  return { signed, expired };
}

async function logged(
  { logger }: CheckpointPorts,
  message: string,
  failure: string,
  task: () => Promise<number>,
): Promise<number> {
  try {
    return await task();
  } catch (error) {
    const known = isWaxsealError(error) ? { reason: error.code, aws: error.aws } : {};
    const code = isWaxsealError(error, "AUDIT_CHAIN_BROKEN") ? error.code : failure;
    logger.error(message, { code, ...known });
    throw error;
  }
}
