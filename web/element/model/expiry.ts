/** When a provider key is to expire, as a form has it: a number of days, `never`, or `date` with a day. */
export interface Expiry {
  readonly choice: string;
  /** `2026-12-24`, a day of the person's own calendar; its last moment counts. */
  readonly day: string;
}

export const choices = ["7", "30", "90", "365"] as const;

const DAY = 86_400_000;
/** From when on a coming expiry is pointed out. */
const SOON = 14 * DAY;

/** `undefined` for never; `"wrong"` for a day that is none, or past. */
export function expiresAt({ choice, day }: Expiry, now: number): string | undefined {
  if (choice === "never") return undefined;
  const end = choice === "date" ? endOf(day) : endOf(dayOf(now + Number(choice) * DAY));
  return end > now ? new Date(end).toISOString() : "wrong";
}

export function expiryOf(at: string | undefined, now: number): Expiry {
  if (at === undefined || Date.parse(at) <= now) return { choice: "never", day: "" };
  return { choice: "date", day: dayOf(Date.parse(at)) };
}

export function isSoon(at: string | undefined, now: number): boolean {
  return at !== undefined && Date.parse(at) - now < SOON;
}

/** In the person's own time zone. */
export function dayOf(time: number): string {
  const at = new Date(time);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function endOf(day: string): number {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  return new Date(Number(year), Number(month) - 1, Number(date), 23, 59, 59, 999).getTime();
}
