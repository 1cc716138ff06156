/** Alarms on what functions log, and on some of what Lambda counts itself (CloudWatch Logs User Guide, "Creating metrics from log events using filters"). */
import type { AlarmResource, LocalStack, MetricFilterResource } from "../stack.ts";

/** An alarm that has gone off since the start. */
export interface FiredAlarm {
  readonly name: string;
  /** `namespace/name`: the name is the code that was logged; of Lambda's own `AWS/Lambda/<of what>/<name>`. */
  readonly metric: string;
  readonly description: string;
  /** ARNs of the SNS topics that it told. */
  readonly topics: readonly string[];
  /** When it went off first, and the last occurrence; ISO 8601. */
  readonly since: string;
  readonly last: string;
  /** Of occurrences. */
  readonly count: number;
}

/** An alarm that was quiet for its period is over: the next occurrence is news. */
const periodMs = 60_000;

export class Alarms {
  readonly #fired = new Map<string, FiredAlarm>();
  readonly #now: () => Date;
  readonly #onAlarm: (alarm: FiredAlarm) => void;
  /** By the short name of the function. */
  #filters: ReadonlyMap<string, readonly MetricFilterResource[]> = new Map();
  #alarms: readonly AlarmResource[] = [];

  /** @param onAlarm - told when one goes off. */
  constructor(onAlarm: (alarm: FiredAlarm) => void = () => undefined, now = () => new Date()) {
    this.#onAlarm = onAlarm;
    this.#now = now;
  }

  /** From now on these; what has gone off is kept. */
  deploy({ functions, alarms = [], metricFilters = [] }: LocalStack): void {
    this.#alarms = alarms;
    this.#filters = new Map(
      functions.map(({ name, logGroup }) => [
        name,
        metricFilters.filter((filter) => filter.logGroup === logGroup),
      ]),
    );
  }

  /** The first to go off first. */
  fired(): readonly FiredAlarm[] {
    return [...this.#fired.values()];
  }

  /** A line that a function logged. */
  read(functionName: string, line: string): void {
    const filters = this.#filters.get(functionName)?.filter(({ value }) => line.includes(value)) ?? [];
    if (filters.length === 0) return;
    const logged = jsonIn(line);
    for (const { path, value, metric } of filters) if (memberOf(logged, path) === value) this.count(metric);
  }

  /** One more of it, of a metric that no line of a log makes. */
  count(metric: string): void {
    for (const alarm of this.#alarms) if (alarm.metric === metric) this.#fire(alarm);
  }

  #fire({ name, description, metric, topics }: AlarmResource): void {
    const before = this.#fired.get(name);
    const last = this.#now().toISOString();
    const fired = {
      name,
      metric,
      description,
      topics,
      since: before?.since ?? last,
      last,
      count: (before?.count ?? 0) + 1,
    };
    this.#fired.set(name, fired);
    if (!before || Date.parse(last) - Date.parse(before.last) > periodMs) this.#onAlarm(fired);
  }
}

function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
    value,
  );
}
