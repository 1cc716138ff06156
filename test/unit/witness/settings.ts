import type { ReconcileEnvironment } from "../../../lib/witness/environment.ts";
import { rules } from "./calls.ts";

/** Of the stage that `calls.ts` is about. */
export function worldSettings(changes: Partial<ReconcileEnvironment> = {}): ReconcileEnvironment {
  const arnsOf = (use: keyof typeof rules.roles) => rules.roles[use].map(({ arn }) => arn);
  return {
    stage: rules.stage,
    ...{ auditLog: "AuditLog", intake: "AuditIntake", ledger: "TrailLedger" },
    kmsKeys: rules.kmsKeys,
    roles: { opening: arnsOf("opening"), saving: arnsOf("saving"), rewrapping: arnsOf("rewrapping") },
    longestInvocationSeconds: rules.longestInvocationSeconds,
    graceSeconds: 300,
    trail: { bucket: "trail", prefix: "" },
    buckets: ["audit", "trail"],
    otherKmsKeys: [],
    ...changes,
  };
}
