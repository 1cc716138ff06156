/**
 * Whether what has this time must be recorded by now. A time that is none, or still to come, is no reason to wait: who
 * may write the table could put it there.
 */
export function isSettled(at: unknown, now: Date, graceMs: number): boolean {
  return typeof at !== "string" || !(Math.abs(now.getTime() - Date.parse(at)) <= graceMs);
}
