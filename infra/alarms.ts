import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { FilterPattern, type ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Level, Topics } from "./audit/topics.ts";

/** What one occurrence of a code means for whoever is told, and who that is. */
export type AlarmingCodes = Readonly<Record<string, { readonly level: Level; readonly meaning: string }>>;

/** Of those who seal and open. */
export const alarmingCodes: AlarmingCodes = {
  DECRYPT_FAILED: {
    level: "ticket",
    meaning: "A stored provider key did not open: its record was changed, swapped or cut, or is corrupt",
  },
  ENCRYPTION_KEY_UNAVAILABLE: {
    level: "page",
    meaning: "The key encryption key is disabled or being deleted: no provider key can be used",
  },
  SUITE_REFUSED: {
    level: "ticket",
    meaning: "A record has a cipher suite that is no longer read: it was changed, or missed by a migration",
  },
  ACCESS_DENIED_BY_AWS: {
    level: "page",
    meaning: "A permission of a function is missing, or a record names a KMS key of another's",
  },
};

/** Of the audit's own functions. */
export const auditCodes: AlarmingCodes = {
  CHANGED_OUT_OF_BAND: { level: "page", meaning: "A record was changed around the application" },
  EVENT_CHANGED: { level: "page", meaning: "An event of the audit was changed" },
  EVENT_DELETED: {
    level: "page",
    meaning: "An event of the audit was deleted, and neither expired nor was erased",
  },
  AUDIT_NOT_RECORDED: {
    level: "ticket",
    meaning: "A change could not be recorded; it is tried again for a day",
  },
  AUDIT_CHAIN_BROKEN: {
    level: "page",
    meaning: "The audit's last checkpoint, or the key that signs them, is not what it was",
  },
  EXPIRY_FAILED: { level: "ticket", meaning: "Events of the audit that are old enough did not expire" },
  CHECKPOINT_FAILED: { level: "ticket", meaning: "No checkpoint of the audit could be signed" },
};

export interface AlarmsProps {
  readonly stage: string;
  readonly codes: AlarmingCodes;
  /** Where the functions write their lines of JSON; an error's code is in `fields.code`. */
  readonly logGroups: Readonly<Record<string, ILogGroup>>;
  readonly topics: Topics;
}

/** An alarm for each code that must not occur even once. */
export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { stage, codes, logGroups, topics }: AlarmsProps) {
    super(scope, id);
    this.alarms = Object.entries(codes).map(([code, { level, meaning }]) => {
      const where = { metricNamespace: `Waxseal/${stage}`, metricName: code };
      for (const [name, logGroup] of Object.entries(logGroups))
        logGroup.addMetricFilter(code, {
          ...where,
          filterPattern: FilterPattern.stringValue("$.fields.code", "=", code),
          filterName: `${name}-${code}`,
        });
      const alarm = this.#alarm(code, meaning, where);
      topics.tell(level, alarm);
      return alarm;
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
