import { ArnFormat, Stack } from "aws-cdk-lib";
import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";

/** `page` wakes somebody, `ticket` can wait for the morning. */
export const levels = ["page", "ticket"] as const;
export type Level = (typeof levels)[number];

/**
 * Where alarms go. Subscribe whom you like; nobody is by default. A message has an alarm's name and meaning, and
 * nothing of any request.
 *
 * They are not encrypted at rest: CloudWatch cannot publish under the KMS key that AWS manages for SNS (CloudWatch
 * User Guide, "Amazon SNS topic encryption"), and one of our own costs a dollar a month for nothing that is secret.
 */
export class Topics extends Construct {
  readonly topics: Readonly<Record<Level, Topic>>;

  constructor(scope: Construct, id: string, stage: string) {
    super(scope, id);
    this.topics = { page: this.#topic("page", stage), ticket: this.#topic("ticket", stage) };
  }

  /** Has the alarm tell the topic, when it goes off. */
  tell(level: Level, alarm: Alarm): void {
    alarm.addAlarmAction(new SnsAction(this.topics[level]));
  }

  #topic(level: Level, stage: string): Topic {
    const topic = new Topic(this, level, { displayName: `Waxseal ${stage}: ${level}`, enforceSSL: true });
    // With a policy of its own a topic lets in nobody whom that does not name.
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: "AlarmsOfThisAccount",
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [topic.topicArn],
        conditions: {
          ArnLike: { "aws:SourceArn": this.#anyAlarm() },
          StringEquals: { "aws:SourceAccount": Stack.of(this).account },
        },
      }),
    );
    return topic;
  }

  #anyAlarm(): string {
    const parts = { service: "cloudwatch", resource: "alarm", resourceName: "*" };
    return Stack.of(this).formatArn({ ...parts, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  }
}
