const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From which age on which unit is used, and how long one of it is. */
const units = [
  [365 * DAY, 365 * DAY, "year"],
  [60 * DAY, 30 * DAY, "month"],
  [21 * DAY, 7 * DAY, "week"],
  [DAY, DAY, "day"],
  [HOUR, HOUR, "hour"],
  [MINUTE, MINUTE, "minute"],
] as const;

/**
 * How far away a time is, in whole units. Never "yesterday" or "next week": by the calendar those may be another day's.
 *
 * @param distance - in milliseconds, negative for the past.
 * @returns nothing below a minute.
 */
export function relative(locale: string, distance: number): string | undefined {
  const found = units.find(([from]) => Math.abs(distance) >= from);
  if (!found) return undefined;
  const [, length, unit] = found;
  return new Intl.RelativeTimeFormat(locale).format(Math.trunc(distance / length), unit);
}
