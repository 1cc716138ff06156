/**
 * Alarms on what the functions log: a line that a metric filter matches sets the alarm of its metric off, as one data
 * point does where the threshold is one. It is told to nobody but this machine, and stays off until it is asked for.
 */
import { isObject } from "../aws/protocol.ts";
import type { AlarmResource, FunctionResource, LocalStack } from "../stack.ts";

export interface RaisedAlarm {
  /** As the metric: `Waxseal/local/DECRYPT_FAILED`. */
  readonly metric: string;
  readonly description: string;
  /** ARNs. */
  readonly topics: readonly string[];
  /** How often, and when it was first. */
  readonly count: number;
  readonly since: Date;
}

export class Alarms {
  readonly #onAlarm: (alarm: RaisedAlarm) => void;
  readonly #raised = new Map<string, RaisedAlarm>();
  #stack: LocalStack;

  constructor(stack: LocalStack, onAlarm: (alarm: RaisedAlarm) => void = () => undefined) {
    this.#stack = stack;
    this.#onAlarm = onAlarm;
  }

  deploy(stack: LocalStack): void {
    this.#stack = stack;
  }

  /** In the order in which they went off. */
  raised(): readonly RaisedAlarm[] {
    return [...this.#raised.values()];
  }

  /** @param line - as the function wrote it. */
  observe(functionName: string, line: string): void {
    const fn = this.#stack.functions.find(({ name }) => name === functionName);
    const document = fn?.logGroup === undefined ? undefined : parsed(line);
    if (document === undefined) return;
    for (const metric of this.#metricsOf(fn, document))
      for (const alarm of this.#stack.alarms ?? []) if (alarm.metric === metric) this.#raise(alarm);
  }

  #metricsOf(fn: FunctionResource | undefined, document: unknown): string[] {
    const filters = this.#stack.metricFilters ?? [];
    const matching = filters.filter(
      ({ logGroup, path, value }) => logGroup === fn?.logGroup && memberOf(document, path) === value,
    );
    return matching.map(({ metric }) => metric);
  }

  #raise({ metric, description, topics }: AlarmResource): void {
    const before = this.#raised.get(metric);
    const since = before?.since ?? new Date();
    const alarm = { metric, description, topics, since, count: (before?.count ?? 0) + 1 };
    this.#raised.set(metric, alarm);
    if (!before) this.#onAlarm(alarm);
  }
}

function memberOf(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), document);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
