import type { Evidence } from "../../audit/verify/evidence.ts";
import { OperatorError } from "../../jobs/operator-error.ts";
import type { OnVerdict } from "../../witness/completeness-count.ts";
import { completenessOf } from "../../witness/completeness-of.ts";
import type { Completeness } from "../../witness/completeness.ts";
import { ledgerTable } from "../../witness/ledger-table.ts";
import type { TrailSource } from "../../witness/trail-source.ts";
import { isLocalEndpoint, type AwsClients } from "../aws.ts";
import { now, type Cli, type Session } from "../session.ts";
import { readWitness } from "./folder-witness.ts";
import { onItsWord } from "./folder-word.ts";
import { publicKeysBy, rulesOf, trailOf } from "./witness.ts";

/** ISO 8601, with its zone; everything where nothing is said. */
export interface Window {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** On one machine CloudTrail takes as long as was said at the start, which is seconds. */
const LOCAL_DELAY_SECONDS = 30;

export interface DeploymentWitness {
  readonly session: Session;
  readonly clients: AwsClients;
  readonly evidence: Pick<Evidence, "events">;
  /** Where there is none, nothing can be said. */
  readonly source: TrailSource | undefined;
}

/** From the deployment's trail, or one that was said. */
export async function completenessOfDeployment(
  cli: Cli,
  { session, clients, evidence, source }: DeploymentWitness,
  window: Window,
  onVerdict?: OnVerdict,
): Promise<Completeness> {
  const { deployment } = session;
  const ledger = ledgerTable({ dynamo: clients.dynamo, table: deployment.audit.ledgerTable, now });
  return completenessOf(
    {
      source,
      publicKeys: publicKeysBy(clients.cloudTrail),
      events: () => evidence.events(),
      filesRead: (from, to) => ledger.filesRead(from, to),
      now,
      onProgress: progressOf(cli),
      ...(onVerdict && { onVerdict }),
    },
    {
      ...{ rules: rulesOf(deployment), graceSeconds: deployment.audit.graceSeconds, ...checked(window) },
      delaySeconds: isLocalEndpoint(cli.environment) ? LOCAL_DELAY_SECONDS : undefined,
    },
  );
}

/** @see completenessOfDeployment */
export function witnessOf(
  session: Session,
  clients: AwsClients,
  evidence: Pick<Evidence, "events">,
  trail?: string,
): DeploymentWitness {
  return { session, clients, evidence, source: trailOf(session.deployment, clients, trail) };
}

/**
 * From the copy of the trail in a folder of evidence, if it has one.
 *
 * @param window - and the SHA-256 of its `witness.json`, as whoever verifies it kept that.
 */
export async function completenessOfFolder(
  cli: Cli,
  folder: string,
  evidence: Pick<Evidence, "events" | "takenAt">,
  window: Window & { readonly witnessSha256?: string | undefined },
): Promise<Completeness> {
  const witness = await readWitness(folder);
  const { source, publicKeys, filesRead, rules, graceSeconds, takenAt } = witness;
  const judged = await completenessOf(
    {
      source,
      publicKeys: async () => publicKeys,
      events: () => evidence.events(),
      async *filesRead(from, to) {
        for (const file of filesRead) if (file.at >= from && file.at <= to) yield file;
      },
      // What was not there yet when the folder was filled is not missing.
      now: () => takenAt,
      onProgress: progressOf(cli),
    },
    { rules, graceSeconds, ...checked(window) },
  );
  if (source) return onItsWord(judged, witness, window.witnessSha256?.toLowerCase(), evidence.takenAt);
  return {
    ...judged,
    restsOn: ["nothing: the folder has no trail (waxseal audit export --evidence FOLDER --with-trail)"],
  };
}

function progressOf({ terminal }: Cli): (files: number) => void {
  return (files) => {
    terminal.progress(`verify: ${files} files of the trail`);
  };
}

/** Without its zone a time would be this machine's. */
function checked({ from, to }: Window): Window {
  for (const [name, time] of Object.entries({ from, to }))
    if (time !== undefined && !isTime(time))
      throw new OperatorError("USAGE", `--${name} takes a time with its zone, as 2026-11-25T10:00:00Z`);
  return { from: inUtc(from), to: inUtc(to) };
}

function isTime(text: string): boolean {
  return /T.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}

function inUtc(time: string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
