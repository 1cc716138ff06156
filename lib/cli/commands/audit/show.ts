import { Argument, InvalidArgumentError, type Command } from "commander";
import pMap from "p-map";
import { findEvents, oneEvent, type ReadPorts, type StoredEvent } from "../../../audit/read/find-events.ts";
import type { EventFilters } from "../../../audit/read/filters.ts";
import { newest } from "../../../audit/read/newest.ts";
import { proofOf, type Proof } from "../../../audit/read/proof-of.ts";
import { OperatorError } from "../../../jobs/operator-error.ts";
import { wholeEventLines } from "../../audit/event-lines.ts";
import { RECORD_ID } from "../../audit/filters.ts";
import { openAudit } from "../../audit/reading.ts";
import type { AwsClients } from "../../aws.ts";
import { Session, type Cli } from "../../session.ts";

interface Flags {
  readonly stage?: string;
}

const MOST = 1000;
/** Of more, what proves each is left to `waxseal audit verify`. */
const MOST_PROOFS = 5;

/** `waxseal audit show` */
export function addAuditShow(audit: Command, cli: Cli): void {
  audit
    .command("show")
    // Ids begin with `-` now and then.
    .allowUnknownOption()
    .description("whole events: of a record, of a use, of a request, or one by its name")
    .addArgument(
      new Argument("<id>", "recordId, recordId/eventSeq, useId, or a request's id").argParser(idOf),
    )
    .addHelpText(
      "after",
      "\nFor a request's id the whole log is looked at. Before an id that begins with -h or -V say --.",
    )
    .action(async (id: string, _options: unknown, self: Command) => {
      const session = await Session.open(cli, self.optsWithGlobals<Flags>().stage);
      const ports = await openAudit(cli, session, { command: "show", id });
      const events = await eventsOf(ports, id, ports.goOn);
      if (events.length === 0) throw new OperatorError("EVENT_NOT_FOUND", "There is no such event");
      const proofs = events.length > MOST_PROOFS ? [] : await proofsOf(session, ports.clients, events);
      cli.terminal.answer({ schemaVersion: 1, events, proofs }, () => wholeEventLines(events, proofs));
    });
}

/** The manifest of each, and what CloudTrail showed of it. */
function proofsOf(
  { deployment: { audit } }: Session,
  { s3, dynamo }: AwsClients,
  events: readonly StoredEvent[],
): Promise<Proof[]> {
  const ports = { s3, bucket: audit.bucket, ledger: { dynamo, table: audit.ledgerTable } };
  return pMap(events, (event) => proofOf(ports, event), { concurrency: 2 });
}

async function eventsOf(ports: ReadPorts, id: string, goOn: () => void): Promise<StoredEvent[]> {
  const find = (filters: EventFilters) => newest(findEvents(ports, filters), MOST, goOn);
  const [recordId = "", eventSeq] = id.split("/");
  if (eventSeq !== undefined) {
    const event = await oneEvent(ports, recordId, eventSeq);
    return event ? [event] : [];
  }
  const ofRecord = await find({ recordId });
  if (ofRecord.length > 0) return ofRecord;
  const [claim] = await find({ witnessId: `use/${id}` });
  // What came of it says which use it was; only the claim is what KMS is held against.
  if (claim) return find({ recordId: String(claim["recordId"]), useId: id });
  const byKms = await find({ witnessId: `kms/${id}` });
  return byKms.length > 0 ? byKms : find({ requestId: id });
}

function idOf(text: string): string {
  const [recordId = "", eventSeq, ...more] = text.split("/");
  const isSeq = eventSeq === undefined || /^\d{12}(~\d{1,64})?$/.test(eventSeq);
  const isOption = recordId.startsWith("--");
  if (!isOption && RECORD_ID.test(recordId) && isSeq && more.length === 0) return text;
  throw new InvalidArgumentError("It takes an id as events have it.");
}
