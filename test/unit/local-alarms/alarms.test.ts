/** CloudWatch Logs User Guide, "Creating metrics from log events using filters"; CloudWatch's "Using alarms". */
import { expect, test } from "vitest";
import { Alarms, type FiredAlarm } from "../../../local/alarms/alarms.ts";
import { alarmLine } from "../../../local/cli/alarm-line.ts";
import { emptyStack, functionWithRole } from "../../contract/stack.ts";

const topic = "arn:aws:sns:us-east-1:111122223333:Test-page";
const { fn } = functionWithRole("watched", []);
const { fn: other } = functionWithRole("other", []);
const stack = {
  ...emptyStack,
  functions: [
    { ...fn, logGroup: "watched-logs" },
    { ...other, logGroup: "other-logs" },
  ],
  metricFilters: [
    { logGroup: "watched-logs", path: ["fields", "code"], value: "BAD", metric: "Waxseal/test/BAD" },
  ],
  alarms: [{ name: "Bad", description: "Something bad", metric: "Waxseal/test/BAD", topics: [topic] }],
};
const line = (fields: object) => JSON.stringify({ level: "ERROR", fields });

function alarmsAt(clock: { now: string }) {
  const told: FiredAlarm[] = [];
  const alarms = new Alarms(
    (alarm) => void told.push(alarm),
    () => new Date(clock.now),
  );
  alarms.deploy(stack);
  return { alarms, told };
}

test("a line with the code sets the alarm off, for good in the list", () => {
  const { alarms, told } = alarmsAt({ now: "2026-11-25T10:00:00.000Z" });
  alarms.read("watched", line({ code: "BAD" }));
  const fired = {
    name: "Bad",
    metric: "Waxseal/test/BAD",
    description: "Something bad",
    topics: [topic],
    since: "2026-11-25T10:00:00.000Z",
    last: "2026-11-25T10:00:00.000Z",
    count: 1,
  };
  expect(alarms.fired()).toEqual([fired]);
  expect(told).toEqual([fired]);
});

test.each([
  ["another code", line({ code: "GOOD" })],
  ["the code elsewhere", line({ reason: "BAD" })],
  ["the code in a longer one", line({ code: "BADGE" })],
  ["a line that is no JSON", "BAD things happen"],
  ["JSON that is no object", '"BAD"'],
  ["fields that are none", JSON.stringify({ fields: "BAD" })],
])("%s does not", (_what, text) => {
  const { alarms } = alarmsAt({ now: "2026-11-25T10:00:00.000Z" });
  alarms.read("watched", text);
  expect(alarms.fired()).toEqual([]);
});

test("nor does the line of a function whose log nobody watches", () => {
  const { alarms } = alarmsAt({ now: "2026-11-25T10:00:00.000Z" });
  for (const name of ["other", "stranger"]) alarms.read(name, line({ code: "BAD" }));
  expect(alarms.fired()).toEqual([]);
});

test("again within a minute is counted and not told; after a quiet minute it is news", () => {
  const clock = { now: "2026-11-25T10:00:00.000Z" };
  const { alarms, told } = alarmsAt(clock);
  for (const time of ["10:00:00", "10:00:30", "10:01:30", "10:02:31"]) {
    clock.now = `2026-11-25T${time}.000Z`;
    alarms.read("watched", line({ code: "BAD" }));
  }
  expect(told.map(({ last, count }) => [last.slice(11, 19), count])).toEqual([
    ["10:00:00", 1],
    ["10:02:31", 4],
  ]);
  expect(alarms.fired()).toMatchObject([{ since: "2026-11-25T10:00:00.000Z", count: 4 }]);
});

test("a deployment changes what is watched, and not what has gone off", () => {
  const { alarms } = alarmsAt({ now: "2026-11-25T10:00:00.000Z" });
  alarms.read("watched", line({ code: "BAD" }));
  alarms.deploy(emptyStack);
  alarms.read("watched", line({ code: "BAD" }));
  expect(alarms.fired()).toMatchObject([{ count: 1 }]);
});

test("npm start shows it on one line, with who is told", () => {
  const { alarms } = alarmsAt({ now: "2026-11-25T10:00:00.000Z" });
  alarms.read("watched", line({ code: "BAD" }));
  const [fired] = alarms.fired();
  if (!fired) throw new Error("it did not go off");
  expect(alarmLine(fired)).toBe("10:00:00  ALARM  BAD: Something bad (told: Test-page)");
  expect(alarmLine({ ...fired, topics: [] })).toMatch(/\(told: nobody\)$/);
});

test("what is counted without a line sets its alarm off, and no other", () => {
  const { alarms, told } = alarmsAt({ now: "2026-11-25T10:00:00.000Z" });
  alarms.count("AWS/Lambda/watched/Errors");
  expect(told).toEqual([]);
  alarms.count("Waxseal/test/BAD");
  expect(told.map(({ name }) => name)).toEqual(["Bad"]);
});
