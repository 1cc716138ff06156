/**
 * When a KMS key gets new key material: on demand, after a while, and automatically, by its schedule (KMS
 * Developer Guide, "Rotate AWS KMS keys"). Nothing runs in between: what is due is done when a key is next
 * looked at, and so also after a restart.
 */
export interface KeyMaterial {
  /** 64 hexadecimal digits, as KMS's. */
  readonly id: string;
  /** 32 bytes, or a private key as PKCS #8, in base64. In clear: this is an emulation. */
  readonly bytes: string;
  /** When a rotation made it current, in ms; the first one has none. */
  readonly rotatedAt?: number;
  /** By its schedule; else on demand. */
  readonly automatic?: boolean;
}

/** A KMS key as far as its rotation goes. */
export interface Rotating {
  state: "Enabled" | "Disabled" | "PendingDeletion";
  /** Oldest first; the last is the current one. */
  materials: KeyMaterial[];
  /** The schedule of automatic rotation, where it is on; in ms. */
  automatic?: { periodDays: number; nextAt: number };
  /** The on-demand rotation that is in progress; in ms. */
  onDemand?: { startedAt: number; doneAt: number };
}

const msPerDay = 86_400_000;

/** Switches automatic rotation on, the first one a period from now, or off, where there is no period. */
export function schedule(kmsKey: Rotating, periodDays: number | undefined, now: number): void {
  if (periodDays === undefined) delete kmsKey.automatic;
  else kmsKey.automatic = { periodDays, nextAt: now + periodDays * msPerDay };
}

/** Re-enabled after its date, a key is rotated at once and a period after that; else its schedule goes on. */
export function resumeSchedule(kmsKey: Rotating, now: number): void {
  if (kmsKey.state !== "Enabled" || !kmsKey.automatic) return;
  kmsKey.automatic.nextAt = Math.max(kmsKey.automatic.nextAt, now);
}

/** Does, in order, what is due by `now`; on-demand rotations do not change the schedule. Whether any was. */
export function applyDueRotations(
  kmsKey: Rotating,
  now: number,
  newMaterial: () => Pick<KeyMaterial, "id" | "bytes">,
): boolean {
  const { automatic, onDemand, state } = kmsKey;
  // "While a KMS key is pending deletion, […] KMS does not rotate the key material"; nor while it is disabled.
  const onDemandAt = state === "PendingDeletion" ? Infinity : (onDemand?.doneAt ?? Infinity);
  const automaticAt = state === "Enabled" ? (automatic?.nextAt ?? Infinity) : Infinity;
  const rotatedAt = Math.min(onDemandAt, automaticAt);
  if (rotatedAt > now) return false;
  if (rotatedAt === onDemandAt) {
    delete kmsKey.onDemand;
    kmsKey.materials.push({ ...newMaterial(), rotatedAt });
  } else if (automatic) {
    automatic.nextAt += automatic.periodDays * msPerDay;
    kmsKey.materials.push({ ...newMaterial(), rotatedAt, automatic: true });
  }
  applyDueRotations(kmsKey, now, newMaterial);
  return true;
}
