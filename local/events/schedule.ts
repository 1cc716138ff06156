/** Schedule expressions of EventBridge rules (EventBridge User Guide, "Setting a schedule pattern for scheduled rules"). */

/** Whether a rule fires in the minute that begins at `minute`; the first minute of a rate is `start`. Both in UTC. */
export type Schedule = (minute: Date, start: Date) => boolean;

const minuteMs = 60_000;
const unitMinutes: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 24 * 60 };
const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** In place of numbers, the first for `from`. */
  readonly words?: readonly string[];
  readonly of: (minute: Date) => number;
}

const fields: readonly Field[] = [
  { name: "minutes", from: 0, to: 59, of: (at) => at.getUTCMinutes() },
  { name: "hours", from: 0, to: 23, of: (at) => at.getUTCHours() },
  { name: "day of month", from: 1, to: 31, of: (at) => at.getUTCDate() },
  { name: "month", from: 1, to: 12, words: months, of: (at) => at.getUTCMonth() + 1 },
  { name: "day of week", from: 1, to: 7, words: days, of: (at) => at.getUTCDay() + 1 },
  { name: "year", from: 1970, to: 2199, of: (at) => at.getUTCFullYear() },
];

/** @throws Error that names what is not allowed, or not supported here: `L`, `W` and `#`. */
export function parseSchedule(expression: string): Schedule {
  const [, kind, inner = ""] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === "rate") return rate(inner);
  if (kind === "cron") return cron(inner);
  throw new Error("a schedule is rate(…) or cron(…)");
}

function rate(inner: string): Schedule {
  const [, count = "", unit = "", plural = ""] = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(inner) ?? [];
  // "If value is equal to 1, then the unit must be singular."
  if (unit === "" || (count === "1") === (plural === "s"))
    throw new Error("a rate is a number and minutes, hours or days; 1 minute, 1 hour or 1 day");
  const every = Number(count) * (unitMinutes[unit] ?? 0);
  return (minute, start) => {
    const passed = Math.round((minute.getTime() - start.getTime()) / minuteMs);
    return passed > 0 && passed % every === 0;
  };
}

function cron(inner: string): Schedule {
  const parts = inner.split(" ");
  if (parts.length !== fields.length) throw new Error("a cron expression has six fields");
  // "You can't specify the Day-of-month and Day-of-week fields in the same cron expression."
  if ((parts[2] === "?") === (parts[4] === "?"))
    throw new Error("exactly one of day of month and day of week must be ?");
  const tests = fields.map((field, index) => fieldTest(field, parts[index] ?? ""));
  return (minute) => tests.every((test) => test(minute));
}

function fieldTest(field: Field, text: string): (minute: Date) => boolean {
  if (text === "?" && field.name.startsWith("day of")) return () => true;
  const allowed = new Set(text.split(",").flatMap((part) => valuesOf(field, part)));
  return (minute) => allowed.has(field.of(minute));
}

/** `*`, `5`, `MON-FRI`, and each of them with a step: `0/15`. */
function valuesOf(field: Field, part: string): number[] {
  const [, range = "", step = "1"] = /^([^/]+)(?:\/([1-9]\d*))?$/.exec(part) ?? [];
  const [first, last] = range === "*" ? [field.from, field.to] : boundsOf(field, range, part.includes("/"));
  const count = Math.max(0, Math.floor((last - first) / Number(step)) + 1);
  if (count === 0) throw new Error(`${field.name}: a range must not run backwards`);
  return Array.from({ length: count }, (_, index) => first + index * Number(step));
}

function boundsOf(field: Field, range: string, isOpen: boolean): readonly [number, number] {
  const [from, to = from] = range.split("-").map((text) => {
    const word = field.words?.indexOf(text.toUpperCase()) ?? -1;
    return word >= 0 ? word + field.from : /^\d+$/.test(text) ? Number(text) : NaN;
  });
  if (!(from !== undefined && to !== undefined && from >= field.from && to <= field.to))
    throw new Error(`${field.name}: a form or value that is not supported by the local system`);
  return [from, isOpen && !range.includes("-") ? field.to : to];
}
