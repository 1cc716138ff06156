import { composeReconcile } from "../lib/witness/compose-reconcile.ts";
import { reconcile } from "../lib/witness/reconcile.ts";

let ports: ReturnType<typeof composeReconcile> | undefined;

/** Holds what CloudTrail shows of KMS against the audit log; invoked by EventBridge alone. */
export async function handler(
  event: unknown,
  context: { readonly awsRequestId: string; readonly getRemainingTimeInMillis: () => number },
): Promise<void> {
  ports ??= composeReconcile(process.env);
  ports.logger.setRequestId(context.awsRequestId);
  await reconcile(ports, event, () => context.getRemainingTimeInMillis());
}
