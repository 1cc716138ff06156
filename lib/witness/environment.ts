import { WaxsealError } from "../errors.ts";
import type { RoleUse } from "./rules.ts";

/** What the reconciling function knows of its deployment. */
export interface ReconcileEnvironment {
  readonly stage: string;
  /** Names of the tables. */
  readonly auditLog: string;
  readonly intake: string;
  readonly ledger: string;
  /** ARNs. */
  readonly kmsKeys: readonly string[];
  readonly roles: Readonly<Record<RoleUse, readonly string[]>>;
  /** Of the opening roles; undefined where nobody said. */
  readonly jobRoles?: readonly string[];
  readonly longestInvocationSeconds: number;
  readonly graceSeconds: number;
  /** Undefined where the deployment has no trail. */
  readonly trail: { readonly bucket: string; readonly prefix: string } | undefined;
  /** What else is watched for changes: names of buckets, ARNs of KMS keys. */
  readonly buckets: readonly string[];
  readonly otherKmsKeys: readonly string[];
}

/** @throws {WaxsealError} `INVALID_SETTINGS` if one is missing or not of its form. */
export function reconcileEnvironment(environment: Readonly<NodeJS.ProcessEnv>): ReconcileEnvironment {
  const text = (name: string): string => environment[name] || invalid();
  const list = (name: string): string[] => (environment[name] ?? "").split(",").filter((one) => one !== "");
  const arns = (name: string): string[] => {
    const all = list(name);
    return all.length > 0 && all.every((one) => one.startsWith("arn:")) ? all : invalid();
  };
  const bucket = environment["WAXSEAL_TRAIL_BUCKET"];
  const hasJobRoles = environment["WAXSEAL_JOB_ROLES"] !== undefined;
  return {
    stage: text("WAXSEAL_STAGE"),
    auditLog: text("WAXSEAL_AUDIT_LOG"),
    intake: text("WAXSEAL_AUDIT_INTAKE"),
    ledger: text("WAXSEAL_TRAIL_LEDGER"),
    kmsKeys: arns("WAXSEAL_KMS_KEYS"),
    roles: {
      opening: arns("WAXSEAL_OPENING_ROLES"),
      saving: arns("WAXSEAL_SAVING_ROLES"),
      rewrapping: arns("WAXSEAL_REWRAPPING_ROLES"),
    },
    ...(hasJobRoles && { jobRoles: list("WAXSEAL_JOB_ROLES") }),
    longestInvocationSeconds: seconds(text("WAXSEAL_LONGEST_INVOCATION_SECONDS")),
    graceSeconds: seconds(text("WAXSEAL_GRACE_SECONDS")),
    trail: bucket ? { bucket, prefix: environment["WAXSEAL_TRAIL_PREFIX"] ?? "" } : undefined,
    buckets: [...list("WAXSEAL_AUDIT_BUCKET"), ...list("WAXSEAL_TRAIL_BUCKET")],
    otherKmsKeys: list("WAXSEAL_CHECKPOINT_KEY"),
  };
}

function seconds(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : invalid();
}

function invalid(): never {
  throw new WaxsealError("INVALID_SETTINGS");
}
