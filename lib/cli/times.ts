const WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** A time that says its zone, as 2026-11-25T10:00:00Z; `undefined` for anything else. */
export function timeWithZone(text: string): Date | undefined {
  const time = WITH_ZONE.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : new Date(time);
}
