import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  Metric,
  TreatMissingData,
  type AlarmProps,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { checkpointScheduleOf, everyMs } from "../../lib/audit-settings.ts";
import type { Settings } from "../../lib/settings.ts";
import type { Recorder } from "./recorder.ts";
import type { Level, Topics } from "./topics.ts";

export interface WatchProps {
  readonly settings: Settings;
  readonly topics: Topics;
  readonly recorder: Recorder;
  /** Absent where nothing is signed. */
  readonly checkpoint: Function | undefined;
  readonly reconcile: Function;
  /** Whether there is a trail, and so a sweep every minute. */
  readonly sweeps: boolean;
}

type Statistic = "Sum" | "Maximum";

/** A stream keeps what happened for a day. */
const behind = { ticket: Duration.minutes(15), page: Duration.hours(6) };

/**
 * Whether the audit's functions run at all: by Lambda's own metrics, since what does not run logs no code (Lambda
 * Developer Guide, "Types of metrics for Lambda functions").
 */
export class Watch extends Construct {
  readonly #topics: Topics;

  constructor(scope: Construct, id: string, { topics, ...props }: WatchProps) {
    super(scope, id);
    this.#topics = topics;
    const { recorder, checkpoint, reconcile } = props;
    this.#recorder(recorder);
    this.#failing("Recorder", recorder.fn, "The recorder of the audit failed; its batch is tried again");
    this.#failing("Reconcile", reconcile, "The function that holds CloudTrail against the audit failed");
    if (checkpoint) this.#failing("Checkpoint", checkpoint, "The job that signs checkpoints failed");
    this.#running(props);
  }

  #recorder({ fn, mappings }: Recorder): void {
    // Of all streams that it reads the one that is furthest behind: the metric is the function's.
    for (const [level, age] of Object.entries(behind) as [Level, Duration][])
      this.#alarm(`Behind${level}`, level, `The audit is recorded more than ${age.toHumanString()} late`, {
        metric: ofFunction(fn, "IteratorAge", "Maximum", Duration.minutes(5)),
        threshold: age.toMilliseconds(),
        evaluationPeriods: level === "page" ? 1 : 2,
        // Where nothing happens nothing is late.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    for (const [name, { ref }] of Object.entries(mappings)) {
      const dimensions = { EventSourceMappingUUID: ref };
      this.#once(
        `PutAside${name}`,
        "page",
        "What could not be recorded for 23 hours was put aside: waxseal audit redrive",
        metricOf(dimensions, "OnFailureDestinationDeliveredEventCount"),
      );
    }
    this.#once(
      "Lost",
      "page",
      "What could not be recorded could not be put aside either",
      ofFunction(fn, "DestinationDeliveryFailures"),
    );
  }

  /** Also where it was ended before it could log why. */
  #failing(name: string, fn: Function, meaning: string): void {
    this.#once(`${name}Errors`, "ticket", meaning, ofFunction(fn, "Errors"));
  }

  #running({ settings, recorder, checkpoint, reconcile, sweeps }: Omit<WatchProps, "topics">): void {
    if (sweeps)
      this.#idle("ReconcileIdle", "page", "CloudTrail's record is not looked at", reconcile, {
        period: Duration.minutes(5),
        evaluationPeriods: 3,
      });
    const every = twice(everyMs(checkpointScheduleOf(settings)));
    if (!checkpoint || !every) return;
    this.#idle("CheckpointIdle", "ticket", "No checkpoint of the audit is signed", checkpoint, every);
    // Each checkpoint is entered in the intake, so its stream has something as often.
    this.#idle(
      "RecorderIdle",
      "page",
      "Nothing is recorded, though checkpoints are signed",
      recorder.fn,
      every,
    );
  }

  /** A schedule that does not run leaves no data at all. */
  #idle(
    id: string,
    level: Level,
    meaning: string,
    fn: Function,
    { period, evaluationPeriods }: { readonly period: Duration; readonly evaluationPeriods: number },
  ): void {
    this.#alarm(id, level, meaning, {
      metric: ofFunction(fn, "Invocations", "Sum", period),
      ...{ threshold: 1, evaluationPeriods },
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  #once(id: string, level: Level, meaning: string, metric: Metric): void {
    const treatMissingData = TreatMissingData.NOT_BREACHING;
    this.#alarm(id, level, meaning, { metric, threshold: 1, evaluationPeriods: 1, treatMissingData });
  }

  #alarm(id: string, level: Level, alarmDescription: string, props: AlarmProps): void {
    const comparisonOperator = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;
    this.#topics.tell(level, new Alarm(this, id, { alarmDescription, comparisonOperator, ...props }));
  }
}

function ofFunction(
  { functionName }: Function,
  metricName: string,
  statistic?: Statistic,
  period?: Duration,
): Metric {
  return metricOf({ FunctionName: functionName }, metricName, statistic, period);
}

function metricOf(
  dimensionsMap: Record<string, string>,
  metricName: string,
  statistic: Statistic = "Sum",
  period: Duration = Duration.minutes(1),
): Metric {
  return new Metric({ namespace: "AWS/Lambda", metricName, dimensionsMap, statistic, period });
}

/**
 * Two of its times without a run. A period is a multiple of a minute, of a day at most, and all together seven days
 * (CloudWatch API Reference, "PutMetricAlarm"): of what runs less often than that nothing is said.
 */
function twice(everyTime: number | undefined) {
  if (everyTime === undefined) return undefined;
  const period = Duration.millis(Math.min(everyTime, Duration.days(1).toMilliseconds()));
  const evaluationPeriods = Math.ceil((2 * everyTime) / period.toMilliseconds());
  return evaluationPeriods > 7 ? undefined : { period, evaluationPeriods };
}
