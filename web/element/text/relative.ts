const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From which age on which unit is used. */
const units = [
  [365 * DAY, "year"],
  [30 * DAY, "month"],
  [7 * DAY, "week"],
  [DAY, "day"],
  [HOUR, "hour"],
  [MINUTE, "minute"],
] as const;

/**
 * How far away a time is, in the largest unit of which there is one whole; "yesterday" where a language has such a word.
 *
 * @param distance - in milliseconds, negative for the past.
 * @returns nothing below a minute.
 */
export function relative(locale: string, distance: number): string | undefined {
  const found = units.find(([length]) => Math.abs(distance) >= length);
  if (!found) return undefined;
  const [length, unit] = found;
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.trunc(distance / length), unit);
}
