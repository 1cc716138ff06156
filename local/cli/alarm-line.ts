import type { FiredAlarm } from "../alarms/alarms.ts";

/** `10:17:30  ALARM  CODE: what it means (told: …)`; who subscribes to a topic would get it as a message. */
export function alarmLine({ metric, description, last, topics }: FiredAlarm): string {
  const told = topics.map((topic) => topic.slice(topic.lastIndexOf(":") + 1)).join(", ");
  const code = metric.slice(metric.lastIndexOf("/") + 1);
  return `${last.slice(11, 19)}  ALARM  ${code}: ${description} (told: ${told === "" ? "nobody" : told})`;
}
