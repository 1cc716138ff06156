/** What the reconciliation stands in: a clock, the audit log's events, a trail, and what it told of. */
import { gzipSync } from "node:zlib";
import type { IntakeEntry } from "../../lib/audit/intake.ts";
import { witnessIdOf, type KmsCall } from "../../lib/witness/call.ts";
import type { ReconcileEnvironment } from "../../lib/witness/environment.ts";
import type { ReconcilePorts } from "../../lib/witness/reconcile.ts";
import { reportTo } from "../../lib/witness/report.ts";
import { trailFileName } from "../../lib/witness/trail-names.ts";
import type { TrailSource } from "../../lib/witness/trail-source.ts";
import type { WitnessEvent } from "../../lib/witness/witness-event.ts";
import { MemoryLedger } from "./memory-ledger.ts";

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export class WitnessWorld {
  /** Milliseconds since 1970. */
  time = Date.parse("2026-11-25T10:10:00.000Z");
  readonly ledger = new MemoryLedger();
  readonly events = new Map<string, WitnessEvent>();
  /** By id: what is entered twice is one. */
  readonly entered = new Map<string, IntakeEntry>();
  readonly lines: LogLine[] = [];
  /** The trail's files, by name, and when each came. */
  readonly files = new Map<string, { readonly content: Uint8Array; readonly modifiedAt: number }>();
  readonly settings: ReconcileEnvironment;

  constructor(settings: ReconcileEnvironment) {
    this.settings = settings;
  }

  /** That the claim of the call was made, or what it sealed was written. */
  record(call: KmsCall, event: WitnessEvent): void {
    this.events.set(witnessIdOf(call), event);
  }

  /** A file as CloudTrail delivers it now. @returns its name. */
  deliver(records: readonly unknown[], unique = String(this.files.size).padStart(16, "A")): string {
    const at = new Date(this.time).toISOString();
    const [, , , region = "", account = ""] = (this.settings.kmsKeys[0] ?? "").split(":");
    const folder = `AWSLogs/${account}/CloudTrail/${region}/${at.slice(0, 10).replaceAll("-", "/")}`;
    const minute = at.slice(0, 16).replaceAll(/[-:]/g, "");
    const name = `${folder}/${account}_CloudTrail_${region}_${minute}Z_${unique}.json.gz`;
    this.files.set(name, { content: gzipSync(JSON.stringify({ Records: records })), modifiedAt: this.time });
    return name;
  }

  get ports(): ReconcilePorts {
    const log =
      (level: string) =>
      (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
        this.lines.push({ level, message, fields });
      };
    const logger = { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
    const intake = {
      enter: async (entry: IntakeEntry) => {
        if (!this.entered.has(entry.intakeId)) this.entered.set(entry.intakeId, entry);
      },
    };
    return {
      settings: this.settings,
      logger: { ...logger, setRequestId: () => undefined },
      ledger: this.ledger,
      events: { find: async (witnessId) => this.events.get(witnessId) },
      report: reportTo(intake, { ...logger, setRequestId: () => undefined }),
      source: this.settings.trail && this.#source(),
      now: () => new Date(this.time),
      wait: async (milliseconds) => {
        this.time += milliseconds;
      },
    };
  }

  /** Codes of the alarms, in order. */
  get alarms(): string[] {
    return this.lines.map(({ fields }) => fields["code"]).filter((code) => typeof code === "string");
  }

  enteredOf(type: IntakeEntry["type"]): IntakeEntry[] {
    return [...this.entered.values()].filter((entry) => entry.type === type);
  }

  #source(): TrailSource {
    const { files } = this;
    return {
      name: "s3://trail",
      async *list(kind, from, to) {
        for (const [name, { modifiedAt }] of [...files].toSorted(([one], [other]) =>
          one < other ? -1 : 1,
        )) {
          const file = trailFileName(name);
          if (file?.kind === kind && file.at >= from && file.at <= to) yield { ...file, modifiedAt };
        }
      },
      open: async (name) => {
        const content = files.get(name)?.content;
        return content && { body: chunksOf(content) };
      },
    };
  }
}

/** As S3 sends it: in pieces. */
async function* chunksOf(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 1000) yield content.subarray(at, at + 1000);
}
