import { everyMs } from "../../audit-settings.ts";
import { folderEvidence } from "../../audit/verify/folder-evidence.ts";
import { verifyIntegrity, type Integrity } from "../../audit/verify/integrity.ts";
import type { Evidence } from "../../audit/verify/evidence.ts";
import type { Completeness } from "../../witness/completeness.ts";
import { OperatorError } from "../../jobs/operator-error.ts";
import { isLocalEndpoint } from "../aws.ts";
import { now, Session, type Cli } from "../session.ts";
import { plainText } from "../terminal.ts";
import { evidenceOf, readPublicKey } from "./evidence.ts";
import { completenessOfDeployment, completenessOfFolder, witnessOf } from "./completeness.ts";
import { asAuditor } from "./reading.ts";

export interface VerifyFlags {
  readonly stage?: string;
  readonly from?: string;
  readonly to?: string;
  readonly offline?: string;
  readonly publicKey?: string;
  readonly witnessSha256?: string;
  readonly integrityOnly?: boolean;
}

export interface Verdicts {
  readonly integrity: Integrity & { readonly restsOn: readonly string[] };
  /** Absent where only integrity was asked for. */
  readonly completeness?: Completeness;
}

/**
 * What was done in the last minutes may not be recorded yet: a recorder's batch has a minute to fill and a minute to
 * be recorded, and is tried again.
 */
const GRACE_MS = 180_000;
const LOCAL_GRACE_MS = 15_000;

export async function verify(cli: Cli, flags: VerifyFlags): Promise<Verdicts> {
  return flags.offline === undefined ? verifyDeployment(cli, flags) : verifyFolder(cli, flags.offline, flags);
}

async function verifyDeployment(cli: Cli, flags: VerifyFlags): Promise<Verdicts> {
  const session = await Session.open(cli, flags.stage);
  const { audit } = session.deployment;
  const { from, to } = flags;
  const clients = await asAuditor(session, { command: "verify", from, to });
  const evidence = await evidenceOf(session, clients, flags.publicKey);
  const checkpointEveryMs = everyMs(audit.checkpointSchedule);
  const graceMs = isLocalEndpoint(cli.environment) ? LOCAL_GRACE_MS : GRACE_MS;
  const integrity = await integrityOf(cli, evidence, { graceMs, checkpointEveryMs });
  if (flags.integrityOnly) return { integrity };
  const witness = witnessOf(session, clients, evidence);
  return { integrity, completeness: await completenessOfDeployment(cli, witness, { from, to }) };
}

async function verifyFolder(cli: Cli, folder: string, flags: VerifyFlags): Promise<Verdicts> {
  if (flags.witnessSha256 !== undefined && !/^[\da-f]{64}$/i.test(flags.witnessSha256))
    throw new OperatorError("USAGE", "--witness-sha256 takes what waxseal audit export --evidence said");
  const trusted = flags.publicKey === undefined ? undefined : await readPublicKey(flags.publicKey);
  const evidence = await folderEvidence(folder, trusted);
  const integrity = await integrityOf(cli, evidence, { graceMs: GRACE_MS });
  // Whoever made the folder could have made its public key too.
  const signed = trusted === undefined ? { ...integrity, ok: false } : integrity;
  if (flags.integrityOnly) return { integrity: signed };
  return { integrity: signed, completeness: await completenessOfFolder(cli, folder, evidence, flags) };
}

async function integrityOf(
  { terminal }: Cli,
  evidence: Evidence,
  options: { graceMs: number; checkpointEveryMs?: number | undefined },
): Promise<Verdicts["integrity"]> {
  const onProgress = (what: string, done: number) => {
    terminal.progress(`verify: ${done} ${what}`);
  };
  const integrity = await verifyIntegrity(evidence, { now, ...options, onProgress });
  return { ...integrity, restsOn: evidence.restsOn };
}

export function exitCodeOf({ integrity, completeness }: Verdicts): number {
  return integrity.ok && (completeness === undefined || completeness.ok === true) ? 0 : 1;
}

export function verifyLines({ integrity, completeness }: Verdicts): string[] {
  const { ok, events, manifests, checkpoints, problems, erased, expired, restsOn } = integrity;
  const gone =
    erased + expired > 0 ? [`  ${erased} erased and ${expired} expired, as events of their own say`] : [];
  return [
    `Integrity: ${ok ? "holds" : "DOES NOT HOLD"}`,
    `  ${events} events, ${manifests} manifests, ${checkpoints} checkpoints`,
    ...gone,
    ...problems.map(({ kind, where }) => `  ${kind}  ${where}`),
    ...restsOn.map((one) => `  rests on ${one}`),
    ...(completeness ? completenessLines(completeness) : ["Completeness: not asked for"]),
  ].map((line) => plainText(line));
}

export function completenessLines(completeness: Completeness): string[] {
  const { ok, kmsDecrypts, explained, unaccounted, unconfirmed, pending, problems, restsOn, window } =
    completeness;
  const verdict = ok === null ? "NOT JUDGED: there is no trail" : ok ? "holds" : "DOES NOT HOLD";
  return [
    `Completeness: ${verdict}`,
    `  from ${window.from} to ${window.to}`,
    `  ${kmsDecrypts} decryptions, ${explained} explained, ${unaccounted.length} unaccounted, ${pending} pending`,
    ...unaccounted.map(
      ({ requestId, principal, at, reason }) =>
        `  unaccounted  ${at}  ${principal}  request ${requestId}: ${reason}`,
    ),
    ...problems.map(({ kind, where }) => `  ${kind}  ${where}`),
    ...(unconfirmed.length > 0 ? [`  ${unconfirmed.length} claims that KMS showed no decryption for`] : []),
    ...restsOn.map((one) => `  rests on ${one}`),
  ].map((line) => plainText(line));
}
