import { composeCheckpoint } from "../lib/audit/compose-checkpoint.ts";
import { takeCheckpoints } from "../lib/audit/take-checkpoint.ts";
import { isWaxsealError } from "../lib/errors.ts";

let composed: ReturnType<typeof composeCheckpoint> | undefined;

/** By its schedule: signs what manifests came since the last time. */
export async function handler(): Promise<{ signed: number }> {
  const ports = (composed ??= composeCheckpoint(process.env));
  try {
    return { signed: await takeCheckpoints(ports) };
  } catch (error) {
    const known = isWaxsealError(error) ? { reason: error.code, aws: error.aws } : {};
    const code = isWaxsealError(error, "AUDIT_CHAIN_BROKEN") ? error.code : "CHECKPOINT_FAILED";
    ports.logger.error("no checkpoint was signed", { code, ...known });
    throw error;
  }
}
