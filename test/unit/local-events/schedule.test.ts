import { describe, expect, test } from "vitest";
import { parseSchedule } from "../../../local/events/schedule.ts";

const start = new Date("2026-11-25T10:17:00Z");
const fires = (expression: string, minute: string) =>
  parseSchedule(expression)(new Date(`${minute}:00Z`), start);

test.each([
  ["rate(1 minute)", "2026-11-25T10:18", true],
  ["rate(5 minutes)", "2026-11-25T10:17", false],
  ["rate(5 minutes)", "2026-11-25T10:22", true],
  ["rate(5 minutes)", "2026-11-25T10:25", false],
  ["rate(2 hours)", "2026-11-25T12:17", true],
  ["rate(2 hours)", "2026-11-25T11:17", false],
  ["rate(1 day)", "2026-11-26T10:17", true],
])("%s, begun at 10:17, at %s: %s", (expression, minute, expected) => {
  expect(fires(expression, minute)).toBe(expected);
});

// The first five are the User Guide's examples.
test.each([
  ["cron(0 10 * * ? *)", "2026-11-25T10:00", true],
  ["cron(15 12 * * ? *)", "2026-11-25T12:16", false],
  ["cron(0 18 ? * MON-FRI *)", "2026-11-27T18:00", true],
  ["cron(0 18 ? * MON-FRI *)", "2026-11-28T18:00", false],
  ["cron(0/15 * * * ? *)", "2026-11-25T10:45", true],
  ["cron(0/15 * * * ? *)", "2026-11-25T10:50", false],
  ["cron(0 8 1 * ? *)", "2026-12-01T08:00", true],
  ["cron(0 8 1 * ? *)", "2026-12-02T08:00", false],
  ["cron(0,30 3 ? jan,DEC 1 2026-2027)", "2026-12-06T03:30", true],
  ["cron(0,30 3 ? jan,DEC 1 2026-2027)", "2028-12-03T03:30", false],
  ["cron(10-20/5 * * * ? *)", "2026-11-25T10:20", true],
  ["cron(10-20/5 * * * ? *)", "2026-11-25T10:25", false],
])("%s at %s: %s", (expression, minute, expected) => {
  expect(fires(expression, minute)).toBe(expected);
});

describe("what is not allowed, or not supported, is refused", () => {
  test.each([
    ["every day", /rate\(…\) or cron\(…\)/],
    ["rate(1 days)", /1 day/],
    ["rate(5 minute)", /1 minute/],
    ["rate(0 minutes)", /a number/],
    ["rate(5 seconds)", /minutes, hours or days/],
    ["cron(0 10 * * ?)", /six fields/],
    ["cron(0 10 * * * *)", /must be \?/],
    ["cron(0 10 ? * ? *)", /must be \?/],
    ["cron(60 10 * * ? *)", /minutes/],
    ["cron(0 10 L * ? *)", /day of month/],
    ["cron(0 10 3W * ? *)", /day of month/],
    ["cron(0 10 ? * 6#3 *)", /day of week/],
    ["cron(0 10 ? * FRI-MON *)", /backwards/],
    ["cron(0 10 * ? ? *)", /must be \?|month/],
    ["cron(0/0 10 * * ? *)", /minutes/],
  ])("%s", (expression, message) => {
    expect(() => parseSchedule(expression)).toThrow(message);
  });
});
