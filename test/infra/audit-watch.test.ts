/** Whether the audit's functions run at all: what does not run logs nothing, so Lambda's own metrics are watched. */
import { describe, expect, test } from "vitest";
import type { Settings } from "../../lib/settings.ts";
import { ofType, synthesised, testSettings, type Synthesised } from "./synthesised.ts";

const withSettings = (changes: Partial<Settings>) => synthesised({ ...testSettings, ...changes });
const plain = withSettings({});
const whole = withSettings({ checkpointSchedule: "rate(1 hour)", trail: "create" });

const [page, ticket] = ["<Topicspage>", "<Topicsticket>"];

/** By their names: what of, when, whom they tell. */
function alarmsOf(stack: Synthesised): Record<string, unknown> {
  const watching = ofType(stack, "AWS::CloudWatch::Alarm").filter(([id]) => id.startsWith("AuditWatch"));
  return Object.fromEntries(
    watching.map(([id, { Properties }]) => {
      const { AlarmActions, AlarmDescription: meaning, Dimensions, Namespace, ...rest } = Properties;
      expect([Namespace, typeof meaning]).toEqual(["AWS/Lambda", "string"]);
      const [{ Name, Value }, ...more] = Dimensions as [{ Name: string; Value: string }];
      expect(more).toEqual([]);
      return [
        id.replace("AuditWatch", ""),
        { ...rest, of: `${Name} ${Value}`, tells: (AlarmActions as string[]).join() },
      ];
    }),
  );
}

const recorder = "FunctionName <AuditRecorderFunction>";
const reconcile = "FunctionName <AuditWitnessReconcileFunction>";
const checkpoint = "FunctionName <AuditCheckpointsFunction>";

const once = (of: string, MetricName: string, tells: string) => ({
  ...{ of, MetricName, tells, Statistic: "Sum", Period: 60, EvaluationPeriods: 1, Threshold: 1 },
  ...{ ComparisonOperator: "GreaterThanOrEqualToThreshold", TreatMissingData: "notBreaching" },
});
const late = (hours: number, EvaluationPeriods: number, tells: string) => ({
  ...once(recorder, "IteratorAge", tells),
  ...{ Statistic: "Maximum", Period: 300, EvaluationPeriods, Threshold: hours * 3_600_000 },
});
const idle = (of: string, Period: number, EvaluationPeriods: number, tells: string) => ({
  ...once(of, "Invocations", tells),
  ...{ Period, EvaluationPeriods, ComparisonOperator: "LessThanThreshold", TreatMissingData: "breaching" },
});
const aside = (name: string) =>
  once(
    `EventSourceMappingUUID <AuditRecorder${name}Mapping>`,
    "OnFailureDestinationDeliveredEventCount",
    page,
  );

const always = {
  Behindticket: late(0.25, 2, ticket),
  Behindpage: late(6, 1, page),
  PutAsideRecords: aside("Records"),
  PutAsideIntake: aside("Intake"),
  PutAsideLog: aside("Log"),
  Lost: once(recorder, "DestinationDeliveryFailures", page),
  RecorderErrors: once(recorder, "Errors", ticket),
  ReconcileErrors: once(reconcile, "Errors", ticket),
};

describe("the alarms of what runs", () => {
  test("say that the recorder is late, that it gave something up, that a function failed", () => {
    expect(alarmsOf(plain)).toEqual(always);
  });

  test("with a trail and checkpoints say also that a schedule does not run, which leaves no data", () => {
    expect(alarmsOf(whole)).toEqual({
      ...always,
      CheckpointErrors: once(checkpoint, "Errors", ticket),
      ReconcileIdle: idle(reconcile, 300, 3, page),
      CheckpointIdle: idle(checkpoint, 3600, 2, ticket),
      RecorderIdle: idle(recorder, 3600, 2, page),
    });
  });

  test.each([
    ["rate(5 minutes)", { Period: 300, EvaluationPeriods: 2 }],
    ["rate(1 day)", { Period: 86_400, EvaluationPeriods: 2 }],
    ["rate(3 days)", { Period: 86_400, EvaluationPeriods: 6 }],
    // Seven days are the most that CloudWatch looks at; of a cron nobody knows how often it comes.
    ["rate(4 days)", undefined],
    ["cron(0 3 * * ? *)", undefined],
  ])("of checkpoints by %s look at two times of it", (checkpointSchedule, expected) => {
    const alarm = alarmsOf(withSettings({ checkpointSchedule }))["CheckpointIdle"];
    if (expected) expect(alarm).toMatchObject(expected);
    else expect(alarm).toBeUndefined();
  });
});

test("each stream that the recorder follows has what is put aside counted", () => {
  const mappings = ofType(plain, "AWS::Lambda::EventSourceMapping");
  expect(mappings.map(([id]) => id)).toEqual(
    ["Records", "Intake", "Log"].map((name) => `AuditRecorder${name}Mapping`),
  );
  for (const [, { Properties }] of mappings)
    expect(Properties["MetricsConfig"]).toEqual({ Metrics: ["EventCount"] });
});
