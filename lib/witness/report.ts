import { createHash } from "node:crypto";
import type { Intake, IntakeEntry } from "../audit/intake.ts";
import { describeError } from "../log/describe-error.ts";
import type { Logger } from "../log/logger.ts";
import type { ControlPlaneChange } from "./control-plane.ts";
import type { LedgerEntry } from "./ledger-entry.ts";
import type { FileRead, NotedRole } from "./ledger.ts";

/** Codes of log lines that are alarms: see `infra/alarms.ts`. */
export const alarmCodes = {
  page: { call: "DECRYPTION_UNACCOUNTED", change: "CONTROL_PLANE_CHANGED" },
  ticket: { call: "DECRYPTION_WITHOUT_CLAIM", change: "CONTROL_PLANE_TOUCHED" },
  missing: "TRAIL_FILE_MISSING",
  malformed: "TRAIL_FILE_MALFORMED",
  /** For longer than an hour. */
  unreadable: "TRAIL_FILE_UNREADABLE",
} as const;

/** Tells of what was seen: a log line that is an alarm, and an event of the audit. Telling it twice is one event. */
export interface Report {
  unaccounted(entry: LedgerEntry): Promise<void>;
  explainedLate(entry: LedgerEntry, at: Date): Promise<void>;
  changed(change: ControlPlaneChange): Promise<void>;
  role(change: "role_admitted" | "role_ended", role: NotedRole, before: string): Promise<void>;
  missing(file: FileRead, at: Date): Promise<void>;
  malformed(file: FileRead): void;
  /** @param isLasting - tried again and again: nobody but an operator mends it. */
  unreadable(name: string, error: unknown, isLasting: boolean): void;
}

export function reportTo(intake: Intake, logger: Logger): Report {
  return {
    async unaccounted(entry) {
      const details = detailsOf(entry);
      await intake.enter({
        ...about(entry, "unaccounted"),
        type: "decryption_unaccounted",
        at: timeOf(entry),
        details,
      });
      const code = alarmCodes[entry.level ?? "page"].call;
      logger.error("a call of KMS is unaccounted for", { code, ...details });
    },
    async explainedLate(entry, at) {
      const details = detailsOf(entry);
      const type = "decryption_explained_late";
      await intake.enter({ ...about(entry, "late"), type, at: at.toISOString(), details });
      logger.warn("a call of KMS that was reported is explained after all", details);
    },
    async changed(change) {
      const { changeId, at, level, ...rest } = change;
      const details = plain({ ...rest, level });
      await intake.enter({ intakeId: `changed-${changeId}`, type: "control_plane_changed", at, details });
      if (level === "informational") logger.info("KMS keys, trail or buckets were changed", details);
      else
        logger.error("KMS keys, trail or buckets were changed", {
          code: alarmCodes[level].change,
          ...details,
        });
    },
    async role(change, role, before) {
      const intakeId = `role-${digestOf([change, role.use, role.arn, before])}`;
      const at = role.until ?? role.since;
      const details = plain({ change, use: role.use, role: role.arn });
      await intake.enter({ intakeId, type: "control_plane_changed", at, details });
      logger.info("a role came or went", details);
    },
    async missing({ name }, at) {
      const details = plain({ change: "trail_file_missing", file: name });
      const intakeId = `missing-${digestOf([name])}`;
      await intake.enter({ intakeId, type: "control_plane_changed", at: at.toISOString(), details });
      logger.error("a file of the trail is gone", { code: alarmCodes.missing, ...details });
    },
    malformed({ name }) {
      logger.error("a file of the trail is not whole", { code: alarmCodes.malformed, file: plainText(name) });
    },
    unreadable(name, error, isLasting) {
      const about = { file: plainText(name), error: describeError(error) };
      logger.error("a file of the trail cannot be read", { code: "RECONCILE_FAILED", ...about });
      if (isLasting) logger.error("it could not for an hour", { code: alarmCodes.unreadable, ...about });
    },
  };
}

function about({ call }: LedgerEntry, kind: string): Pick<IntakeEntry, "intakeId" | "ownerId"> {
  const { ownerId } = call.encryptionContext;
  const isOwner = ownerId !== undefined && /^[\w-]{43}$/.test(ownerId);
  return { intakeId: `${kind}-${plainText(call.callId)}`, ...(isOwner && { ownerId }) };
}

/** CloudTrail's seconds as the events have times. */
function timeOf({ call }: LedgerEntry): string {
  return new Date(call.at).toISOString();
}

function detailsOf({ call, reason, level }: LedgerEntry): Record<string, string> {
  const { requestId, callId, operation, principal, encryptionContext: context } = call;
  return plain({
    ...{ kmsRequestId: requestId, eventId: callId, operation, reason, at: call.at },
    ...{ principal: principal.arn, principalKind: principal.kind, session: principal.session },
    ...{ level, useId: call.use?.useId, slot: context["slot"], stage: context["stage"] },
    destination: call.operation === "ReEncrypt" ? call.kmsKeys[1] : undefined,
  });
}

/** Names, ARNs and ids. Others choose some of them: nothing but what they are made of, and not at any length. */
function plain(details: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given = Object.entries(details).filter(
    (detail): detail is [string, string] => detail[1] !== undefined,
  );
  return Object.fromEntries(given.map(([name, value]) => [name, plainText(value)]));
}

function plainText(text: string): string {
  return text.slice(0, 300).replaceAll(/[^\w+=,.@:/~ -]/g, "?");
}

function digestOf(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}
