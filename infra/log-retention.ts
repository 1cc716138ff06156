import { RetentionDays } from "aws-cdk-lib/aws-logs";

const periods = new Map<number, RetentionDays>();
for (const days of Object.values(RetentionDays)) {
  if (typeof days === "number" && days !== RetentionDays.INFINITE) periods.set(days, days);
}

/** The periods that CloudWatch Logs knows, in days. */
export const retentionPeriods: readonly number[] = [...periods.keys()];

/** @throws RangeError if CloudWatch Logs has no such period; `checkSettings` says so before. */
export function logRetention(days: number): RetentionDays {
  const period = periods.get(days);
  if (period === undefined) throw new RangeError(`CloudWatch Logs does not keep logs for ${days} days`);
  return period;
}
