/**
 * How CloudTrail names what it delivers (CloudTrail User Guide, "Finding your CloudTrail log files", "CloudTrail log
 * file name format", "CloudTrail digest file structure"):
 *
 *     [prefix/]AWSLogs/[organization/]account/CloudTrail/region/YYYY/MM/DD/account_CloudTrail_region_YYYYMMDDTHHmmZ_….json.gz
 *     [prefix/]AWSLogs/[organization/]account/CloudTrail-Digest/region/YYYY/MM/DD/account_CloudTrail-Digest_region_trail_region_YYYYMMDDTHHmmssZ.json.gz
 *
 * The time is that of the delivery. "A log file delivered at a specific time can contain records written at any
 * point before that time."
 */
export interface TrailFileName {
  /** The object's name. */
  readonly name: string;
  readonly kind: "log" | "digest";
  readonly account: string;
  readonly region: string;
  /** When it was delivered, as the name says; ISO 8601, whole seconds. */
  readonly at: string;
  /** `account/region`, and of digests the trail's name too: within it there is one chain. */
  readonly series: string;
  /** A digest of log files that came too late for theirs; it stands for itself. */
  readonly isBackfill: boolean;
}

const form =
  /(?:^|\/)(\d{12})_(CloudTrail|CloudTrail-Digest)_([a-z0-9-]+)_(?:(.+)_)??(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?Z(?:_(\w+))?\.json\.gz$/;

/** @returns undefined for what is neither a log file nor a digest of CloudTrail's. */
export function trailFileName(name: string): TrailFileName | undefined {
  const [, account, folder, region, trail = "", ...time] = form.exec(name) ?? [];
  if (account === undefined || folder === undefined || region === undefined) return undefined;
  const [year, month, day, hour, minute, second = "00", suffix] = time;
  const isBackfill = folder !== "CloudTrail" && suffix === "backfill";
  return {
    name,
    kind: folder === "CloudTrail" ? "log" : "digest",
    ...{ account, region },
    at: `${String(year)}-${String(month)}-${String(day)}T${String(hour)}:${String(minute)}:${second}Z`,
    series: [account, region, trail, ...(isBackfill ? ["backfill"] : [])].join("/"),
    isBackfill,
  };
}

/** Where the files of one account and region are. */
export interface TrailPlace {
  /** That the trail was given, without slashes at its ends; empty for none. */
  readonly prefix: string;
  /** `o-…`, of an organization's trail. */
  readonly organization?: string;
  readonly account: string;
  readonly region: string;
}

/** The folder of a day, as `2026-11-25`. */
export function folderOf(place: TrailPlace, kind: TrailFileName["kind"], day: string): string {
  const { prefix, organization = "", account, region } = place;
  const folder = kind === "log" ? "CloudTrail" : "CloudTrail-Digest";
  const parts = [prefix, "AWSLogs", organization, account, folder, region, ...day.split("-")];
  return `${parts.filter((part) => part !== "").join("/")}/`;
}

/** Names of log files of that minute or later sort after this one, within their day. */
export function firstNameFrom(place: TrailPlace, at: string): string {
  const minute = at.slice(0, 16).replaceAll(/[-:]/g, "");
  return `${folderOf(place, "log", at.slice(0, 10))}${place.account}_CloudTrail_${place.region}_${minute}`;
}

/** The days from one time to another, both included: `2026-11-25`. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  const last = Date.parse(to.slice(0, 10));
  for (let day = Date.parse(from.slice(0, 10)); day <= last; day += 86_400_000)
    days.push(new Date(day).toISOString().slice(0, 10));
  return days;
}

/** A time (milliseconds since 1970) as CloudTrail has them: ISO 8601, without fractions of seconds. */
export function wholeSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** What a file is known by wherever it lies: its name without the folders, which no other has. */
export function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
