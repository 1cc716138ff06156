/** The operator's view of the demo's persons, read anew each time from the emulated tables and CloudTrail. */
import { objectOf, textOf } from "../../lib/witness/json.ts";
import type { LocalStack } from "../stack.ts";
import type { Owner } from "./persons.ts";
import { storedRecord } from "./stored-record.ts";
import { storiesOf, withVerdicts } from "./stories.ts";
import type { Item, QueryTable } from "./tables.ts";
import type { Line, OperatorView, Story, Verdict } from "./view.ts";

export interface OperatorPorts {
  readonly owners: readonly Owner[];
  readonly query: QueryTable;
  readonly cloudTrailRecords: () => readonly Line[];
  readonly stack: () => Pick<LocalStack, "outputs" | "trails">;
}

/** Older ones are in the audit, which has commands of its own. */
const STORIES = 6;
/** A use has a claim, and what came of it. */
const EVENTS = 4 * STORIES;

export class Operator {
  readonly #ports: OperatorPorts;
  /** By the stories' ids; what is settled stays so. */
  readonly #verdicts = new Map<string, Verdict>();

  constructor(ports: OperatorPorts) {
    this.#ports = ports;
  }

  async view(): Promise<OperatorView> {
    const told = await Promise.all(this.#ports.owners.map((owner) => this.#told(owner)));
    const stories = told
      .flatMap(storiesOf)
      .toSorted((a, b) => b.at.localeCompare(a.at))
      .slice(0, STORIES);
    await Promise.all(stories.map((story) => this.#lookUp(story)));
    const records = told.flatMap(({ person, records }) => records.map((item) => ({ person, item })));
    return {
      records: records.toSorted(byChange).map(({ person, item }) => storedRecord(person, item)),
      stories: withVerdicts(stories, this.#verdicts),
      hasTrail: (this.#ports.stack().trails ?? []).length > 0,
    };
  }

  async #told({ person, ownerId }: Owner) {
    const { query, cloudTrailRecords } = this.#ports;
    const { ProviderKeysTable: table = "", AuditLogTable: log = "" } = this.#ports.stack().outputs;
    const records = await query({ table, partition: ["ownerId", ownerId] });
    const events = await Promise.all(
      records.map(({ recordId }) =>
        query({ table: log, partition: ["recordId", String(recordId)], newest: EVENTS }),
      ),
    );
    const calls = cloudTrailRecords().filter((record) => isOf(record, ownerId));
    return { person, records, events: events.flat(), calls: calls.slice(-EVENTS) };
  }

  /** What CloudTrail's file proved, once the reconciliation has read it. */
  async #lookUp({ id, calls }: Story): Promise<void> {
    if (calls.length === 0 || this.#verdicts.has(id)) return;
    const { TrailLedgerTable: table = "" } = this.#ports.stack().outputs;
    const [entry] = await this.#ports.query({ table, partition: ["witnessId", id] });
    const verdict = entry && verdictOf(entry);
    if (verdict) this.#verdicts.set(id, verdict);
  }
}

/** Whether CloudTrail may still show something. @param now - milliseconds. */
export function isUnsettled({ stories, hasTrail }: OperatorView, now: number): boolean {
  return hasTrail && stories.some((story) => isWaiting(story) && now - Date.parse(story.at) < GIVEN_UP_MS);
}

/** The trail's delay can be set to minutes, as AWS's is. */
const GIVEN_UP_MS = 15 * 60_000;

function isWaiting({ calls, verdict }: Story): boolean {
  return calls.length > 0 && verdict === undefined;
}

function isOf({ requestParameters }: Line, ownerId: string): boolean {
  return objectOf(objectOf(requestParameters)["encryptionContext"])["ownerId"] === ownerId;
}

function verdictOf(entry: Item): Verdict | undefined {
  const [status, reason, seenAt] = ["status", "reason", "seenAt"].map((name) => textOf(entry[name]));
  if (status === undefined || status === "pending" || reason === undefined) return undefined;
  return { status, reason, seenAt: seenAt ?? "" };
}

function byChange(a: { readonly item: Item }, b: { readonly item: Item }): number {
  return changedAt(b.item).localeCompare(changedAt(a.item));
}

function changedAt(item: Item): string {
  return textOf(objectOf(item["lastChange"])["at"]) ?? "";
}
