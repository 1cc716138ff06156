import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { FilterPattern, type ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

/** What one occurrence of each code means, for whoever is woken. */
const alarming = {
  DECRYPT_FAILED: "A stored provider key did not open: its record was changed, swapped or cut, or is corrupt",
  ENCRYPTION_KEY_UNAVAILABLE:
    "The key encryption key is disabled or being deleted: no provider key can be used",
  SUITE_REFUSED:
    "A record has a cipher suite that is no longer read: it was changed, or missed by a migration",
  ACCESS_DENIED_BY_AWS: "A permission of a function is missing, or a record names a KMS key of another's",
  CHANGED_OUT_OF_BAND: "A record was changed around the application",
  EVENT_CHANGED: "An event of the audit was changed",
  EVENT_DELETED: "An event of the audit was deleted, and neither expired nor was erased",
  AUDIT_CHAIN_BROKEN: "The audit's last checkpoint, or the key that signs them, is not what it was",
  CHECKPOINT_FAILED: "No checkpoint of the audit could be signed",
} as const;

export interface AlarmsProps {
  readonly stage: string;
  /** Where the functions write their lines of JSON; an error's code is in `fields.code`. */
  readonly logGroups: Readonly<Record<string, ILogGroup>>;
}

/** An alarm for each code that must not occur even once. Give them an action of yours: `alarm.addAlarmAction`. */
export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { stage, logGroups }: AlarmsProps) {
    super(scope, id);
    this.alarms = Object.entries(alarming).map(([code, meaning]) => {
      const where = { metricNamespace: `Waxseal/${stage}`, metricName: code };
      for (const [name, logGroup] of Object.entries(logGroups))
        logGroup.addMetricFilter(code, {
          ...where,
          filterPattern: FilterPattern.stringValue("$.fields.code", "=", code),
          filterName: `${name}-${code}`,
        });
      return this.#alarm(code, meaning, where);
    });
  }

  #alarm(
    code: string,
    alarmDescription: string,
    where: { metricNamespace: string; metricName: string },
  ): Alarm {
    return new Alarm(this, code, {
      alarmDescription,
      metric: new Metric({
        namespace: where.metricNamespace,
        metricName: where.metricName,
        statistic: "Sum",
        period: Duration.minutes(1),
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
