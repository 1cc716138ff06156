import {
  CancelKeyDeletionCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { asked, describeKmsKey } from "../jobs/kms-key.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import { isTransient, storeError } from "../provider-keys/store-failures.ts";
import { patientRetry, withRetry } from "../retry.ts";
import { censusOf } from "./census.ts";
import { now, type Cli, type Session } from "./session.ts";

/**
 * Point-in-time recovery reaches back 35 days at most (DynamoDB, "Point-in-time recovery"): a restore within them
 * brings back records that the KMS key wraps.
 */
const BACKUP_DAYS = 35;
const DAY_MS = 86_400_000;
/** The longest that KMS lets one think about it. */
const PENDING_DAYS = 30;

export type Retirement =
  | { readonly state: "needed"; readonly records: number }
  | { readonly state: "waiting"; readonly readyAt: Date }
  | { readonly state: "disabled"; readonly safeToDeleteAt: Date }
  | { readonly state: "enabled" }
  | { readonly state: "pendingDeletion"; readonly deletionAt: Date | undefined };

interface Note {
  readonly unneededSince?: string;
  readonly disabledAt?: string;
}

/**
 * One that the stack names no more can be retired too, but no other stage's: of that, this stage's table has no
 * record, whatever needs it. The stack has written whose it is into its description (`infra/encryption-keys.ts`).
 *
 * @throws {OperatorError} `REFUSED`.
 */
export async function assertOfStage(session: Session, encryptionKeyId: string): Promise<void> {
  const { encryptionKeys, stage } = session.deployment;
  if ([...encryptionKeys.values()].includes(encryptionKeyId)) return;
  const { Description: description = "" } = await describeKmsKey(session.own.kms, encryptionKeyId);
  if (description.startsWith(`Waxseal (${stage}): `)) return;
  throw new OperatorError("REFUSED", `It is no KMS key of the stage ${stage}`);
}

/**
 * Takes a KMS key out of use, in steps of which each can be undone: it is disabled when no record needs it, and the
 * longest invocation of any function has passed since that was seen and since the last deployment. Until then a
 * function may have a data key that it wrapped but not stored, or a claim that it has not opened.
 */
export async function retire(cli: Cli, session: Session, encryptionKeyId: string): Promise<Retirement> {
  const { KeyState: keyState, DeletionDate: deletionAt } = await describeKmsKey(
    session.own.kms,
    encryptionKeyId,
  );
  const records = await recordsUnder(cli, session, encryptionKeyId);
  const note = await readNote(session, encryptionKeyId);
  if (records > 0) {
    // Ours, of a command that was stopped before it counted once more; what somebody else disabled stays so.
    if (keyState === "Disabled" && isOurs(note)) await undo(session, encryptionKeyId);
    else await noteOf(session, encryptionKeyId, {});
    return { state: "needed", records };
  }
  if (keyState === "PendingDeletion") return { state: "pendingDeletion", deletionAt };
  if (keyState === "Disabled") {
    // By somebody else, who did not say when.
    const { disabledAt = now().toISOString() } = note;
    if (note.disabledAt === undefined) await noteOf(session, encryptionKeyId, { disabledAt });
    return disabledSince({ disabledAt });
  }
  // Enabled since it was disabled, by somebody else: who knows what it has wrapped.
  const isStale = note.disabledAt !== undefined;
  const unneededSince = (isStale ? undefined : note.unneededSince) ?? now().toISOString();
  await noteOf(session, encryptionKeyId, { unneededSince });
  const readyAt = readyAfter(session, new Date(unneededSince));
  if (readyAt > now()) return { state: "waiting", readyAt };
  return disable(cli, session, encryptionKeyId, unneededSince);
}

function readyAfter({ deployment }: Session, unneededSince: Date): Date {
  const last = Math.max(unneededSince.getTime(), deployment.deployedAt.getTime());
  return new Date(last + deployment.longestInvocationSeconds * 1000);
}

/** Noted before it was disabled; who else disables it, for an incident say, notes nothing. */
function isOurs({ unneededSince, disabledAt }: Note): boolean {
  return unneededSince !== undefined && disabledAt !== undefined;
}

/** Disabled, and counted once more: what was written at the last moment makes it enabled again. */
async function disable(
  cli: Cli,
  session: Session,
  encryptionKeyId: string,
  unneededSince: string,
): Promise<Retirement> {
  const note = { unneededSince, disabledAt: now().toISOString() };
  // First: killed in between, it is still known whose doing it is.
  await noteOf(session, encryptionKeyId, note);
  await asked(() => session.own.kms.send(new DisableKeyCommand({ KeyId: encryptionKeyId })));
  const records = await recordsUnder(cli, session, encryptionKeyId);
  if (records === 0) return disabledSince(note);
  await undo(session, encryptionKeyId);
  return { state: "needed", records };
}

function disabledSince({ disabledAt }: { readonly disabledAt: string }): Retirement {
  return { state: "disabled", safeToDeleteAt: new Date(Date.parse(disabledAt) + BACKUP_DAYS * DAY_MS) };
}

/** Whatever step it was at: the KMS key opens again what it wrapped. */
export async function undo(session: Session, encryptionKeyId: string): Promise<Retirement> {
  const { KeyState: keyState } = await describeKmsKey(session.own.kms, encryptionKeyId);
  const { kms } = session.own;
  if (keyState === "PendingDeletion")
    await asked(() => kms.send(new CancelKeyDeletionCommand({ KeyId: encryptionKeyId })));
  if (keyState !== "Enabled") await asked(() => kms.send(new EnableKeyCommand({ KeyId: encryptionKeyId })));
  await noteOf(session, encryptionKeyId, {});
  return { state: "enabled" };
}

/** @throws {OperatorError} `REFUSED` before the day on which it is safe. */
export async function scheduleDeletion(
  cli: Cli,
  session: Session,
  encryptionKeyId: string,
): Promise<Retirement> {
  const retirement = await retire(cli, session, encryptionKeyId);
  if (retirement.state !== "disabled") return retirement;
  const { safeToDeleteAt } = retirement;
  if (safeToDeleteAt > now()) {
    const day = safeToDeleteAt.toISOString().slice(0, 10);
    throw new OperatorError(
      "REFUSED",
      `Until ${day} a restore from backup brings back records that it wraps: deletion is safe from then on`,
    );
  }
  const command = new ScheduleKeyDeletionCommand({
    KeyId: encryptionKeyId,
    PendingWindowInDays: PENDING_DAYS,
  });
  const { DeletionDate: deletionAt } = await asked(() => session.own.kms.send(command));
  return { state: "pendingDeletion", deletionAt };
}

async function recordsUnder(cli: Cli, session: Session, encryptionKeyId: string): Promise<number> {
  const census = await censusOf(session, await session.under("rewrap"), cli.terminal);
  const known = census.byKeyMaterial.filter((one) => one.encryptionKeyId === encryptionKeyId);
  // A record that cannot be read may be one of them.
  return known.reduce((sum, { records }) => sum + records, census.unreadable);
}

/** In the Jobs table, beside the jobs: since when nothing needs the KMS key. */
function addressOf({ deployment }: Session, encryptionKeyId: string) {
  return { TableName: deployment.jobsTable, Key: { jobId: `retire-${encryptionKeyId}` } };
}

async function readNote(session: Session, encryptionKeyId: string): Promise<Note> {
  const command = new GetCommand({ ...addressOf(session, encryptionKeyId), ConsistentRead: true });
  const { Item = {} } = await stored("GetItem", () => session.own.dynamo.send(command));
  return Item;
}

async function noteOf(session: Session, encryptionKeyId: string, note: Note): Promise<void> {
  const given = Object.entries(note) as [string, string][];
  const absent = ["unneededSince", "disabledAt"].filter((name) => !given.some(([one]) => one === name));
  const command = new UpdateCommand({
    ...addressOf(session, encryptionKeyId),
    UpdateExpression: [
      `SET ${["#kind = :kind", ...given.map(([name]) => `#${name} = :${name}`)].join(", ")}`,
      ...(absent.length > 0 ? [`REMOVE ${absent.map((name) => `#${name}`).join(", ")}`] : []),
    ].join(" "),
    ExpressionAttributeNames: Object.fromEntries(
      ["kind", "unneededSince", "disabledAt"].map((name) => [`#${name}`, name]),
    ),
    ExpressionAttributeValues: Object.fromEntries([
      [":kind", "retire"],
      ...given.map(([name, value]) => [`:${name}`, value] as const),
    ]) as Record<string, string>,
  });
  await stored("UpdateItem (retire)", () => session.own.dynamo.send(command));
}

function stored<Answer>(operation: string, send: () => Promise<Answer>): Promise<Answer> {
  return withRetry(send, isTransient, patientRetry).catch((error: unknown) => {
    throw storeError(operation, error);
  });
}
