import { describeError } from "../lib/log/describe-error.ts";
import { composeReconcile } from "../lib/witness/compose-reconcile.ts";
import { reconcile } from "../lib/witness/reconcile.ts";

let ports: ReturnType<typeof composeReconcile> | undefined;

/** Holds what CloudTrail shows of KMS against the audit log; invoked by EventBridge alone, which tries again. */
export async function handler(
  event: unknown,
  context: { readonly awsRequestId: string; readonly getRemainingTimeInMillis: () => number },
): Promise<void> {
  ports ??= composeReconcile(process.env);
  const { logger } = ports;
  logger.setRequestId(context.awsRequestId);
  try {
    await reconcile(ports, event, () => context.getRemainingTimeInMillis());
  } catch (error) {
    logger.error("what CloudTrail showed could not be looked at", {
      code: "RECONCILE_FAILED",
      error: describeError(error),
    });
    throw error;
  }
}
