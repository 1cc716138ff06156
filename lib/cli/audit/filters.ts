import { InvalidArgumentError, Option, type Command } from "commander";
import type { EventFilters } from "../../audit/read/filters.ts";
import { OperatorError } from "../../jobs/operator-error.ts";
import { ownerIdOf } from "../../owner.ts";
import { timeWithZone } from "../times.ts";

export interface FilterFlags {
  readonly owner?: string;
  readonly user?: string;
  readonly issuer?: string;
  readonly record?: string;
  readonly provider?: string;
  readonly type?: string;
  readonly actor?: string;
  readonly caller?: string;
  readonly from?: string;
  readonly to?: string;
}

/** An event's `recordId`: a record's, `intake-…`, `unknown-…`, `tamper-…`. */
export const RECORD_ID = /^[\w.:~-]{1,300}$/;
/** No more than an entry of the intake takes, and nothing that a terminal would act on. */
const printable = /^[\p{L}\p{N}\p{P}\p{S} ]{1,256}$/u;

/** What is asked is an event of the audit, so it has a form. */
export function addFilters(command: Command): Command {
  return addOwner(command)
    .addOption(option("--record <id>", "of one record", RECORD_ID, "an event's recordId"))
    .addOption(option("--provider <id>", "of one provider", /^[a-z0-9-]{1,32}$/, "a provider's id"))
    .addOption(option("--type <type>", "as key_used", /^[a-z_]{1,64}$/, "an event's type"))
    .addOption(option("--actor <id>", "by whom", printable, "at most 256 characters"))
    .addOption(option("--caller <name>", "through what", printable, "at most 256 characters"))
    .addOption(new Option("--from <time>", "not before, as 2026-11-25T10:00:00Z").argParser(time))
    .addOption(new Option("--to <time>", "not after").argParser(time));
}

export function addOwner(command: Command): Command {
  return command
    .addOption(option("--owner <id>", "of one owner", /^[\w-]{43}$/, "an owner's id, 43 characters"))
    .option("--user <userid>", "the same by the user's id, as tokens have it")
    .option("--issuer <url>", "with --user: whose tokens (default: the deployment's issuer)");
}

export function filtersOf(flags: FilterFlags, issuer: string): EventFilters {
  const { record, provider, type, actor, caller, from, to } = flags;
  const ownerId = ownerOf(flags, issuer);
  const filters = { ownerId, recordId: record, provider, type, actor, caller, from, to };
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

/** @throws {OperatorError} `USAGE` for both; for an issuer without a user. */
export function ownerOf(
  { owner, user, issuer }: Pick<FilterFlags, "owner" | "user" | "issuer">,
  deployed: string,
): string | undefined {
  if (issuer !== undefined && !user) throw new OperatorError("USAGE", "--issuer goes with --user");
  if (owner !== undefined && user !== undefined)
    throw new OperatorError("USAGE", "--owner and --user are two ways to say the same: one of them");
  if (user === "") throw new OperatorError("USAGE", "--user takes a user's id");
  return user === undefined ? owner : ownerIdOf(issuer ?? deployed, user);
}

function option(flags: string, description: string, form: RegExp, allowed: string): Option {
  return new Option(flags, description).argParser((text) => {
    if (form.test(text)) return text;
    throw new InvalidArgumentError(`It takes ${allowed}.`);
  });
}

function time(text: string): string {
  const at = timeWithZone(text);
  if (at) return at.toISOString();
  throw new InvalidArgumentError("It takes a time with its zone, as 2026-11-25T10:00:00Z.");
}
