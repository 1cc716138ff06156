/** EventBridge's default bus: scheduled rules fire by this machine's clock, the others by the events that are put. */
import { randomUUID } from "node:crypto";
import { localAccountId, localRegion, type RuleResource } from "../stack.ts";
import { matchesPattern } from "./pattern.ts";
import { parseSchedule } from "./schedule.ts";

const minuteMs = 60_000;

/** The `detail-type` of a call that CloudTrail recorded. */
export const apiCallByCloudTrail = "AWS API Call via CloudTrail";

export type BusEvent = Readonly<Record<string, unknown>>;
/** Invokes a function asynchronously with a JSON payload. */
export type Deliver = (functionArn: string, payload: string) => void;

export class EventRules {
  #rules: readonly RuleResource[] = [];
  readonly #deliver: Deliver;
  readonly #start: Date;
  readonly #timer: NodeJS.Timeout;
  #done: number;

  constructor(rules: readonly RuleResource[], deliver: Deliver, now = () => new Date()) {
    this.deploy(rules);
    this.#deliver = deliver;
    this.#start = minuteOf(now());
    this.#done = this.#start.getTime();
    this.#timer = setInterval(() => this.passTime(now()), 1000).unref();
  }

  /** From now on these, and no others. */
  deploy(rules: readonly RuleResource[]): void {
    this.#rules = rules.filter(({ enabled }) => enabled);
  }

  /** Fires what was scheduled for the minutes since the last time; a machine that slept makes up for nothing. */
  passTime(now: Date): void {
    const minute = minuteOf(now);
    if (minute.getTime() <= this.#done) return;
    this.#done = minute.getTime();
    for (const rule of this.#rules)
      if (rule.schedule !== undefined && parseSchedule(rule.schedule)(minute, this.#start)) this.#send(rule);
  }

  /** Fires one rule at once; false where no rule that is enabled has the name. */
  fire(name: string): boolean {
    const rule = this.#rules.find((one) => one.name === name);
    if (rule) this.#send(rule);
    return rule !== undefined;
  }

  /** An event as a service sends it; what is missing of the envelope is added. */
  put(event: BusEvent): void {
    const whole = { ...envelope([]), ...event };
    const isReading = isReadOnlyCall(whole);
    for (const rule of this.#rules) {
      if (isReading && !rule.allManagementEvents) continue;
      if (rule.pattern && matchesPattern(rule.pattern, whole)) this.#send(rule, whole);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #send(rule: RuleResource, event: BusEvent = scheduledEvent(rule)): void {
    for (const { functionArn, input } of rule.targets)
      this.#deliver(functionArn, input ?? JSON.stringify(event));
  }
}

function minuteOf(time: Date): Date {
  return new Date(Math.floor(time.getTime() / minuteMs) * minuteMs);
}

/** EventBridge User Guide, "Scheduled events": what a target gets that has no input of its own. */
function scheduledEvent({ arn }: RuleResource): BusEvent {
  return { ...envelope([arn]), "detail-type": "Scheduled Event", source: "aws.events", detail: {} };
}

function envelope(resources: readonly string[]): BusEvent {
  return {
    version: "0",
    id: randomUUID(),
    account: localAccountId,
    time: new Date().toISOString(),
    region: localRegion,
    resources,
  };
}

/** Only rules that ask for all management events get those (EventBridge, "Receiving read-only management events from AWS services"). */
function isReadOnlyCall({ "detail-type": type, detail }: BusEvent): boolean {
  return type === apiCallByCloudTrail && (detail as BusEvent | undefined)?.["readOnly"] === true;
}
