import { Logger as Powertools, LogFormatter, LogItem } from "@aws-lambda-powertools/logger";
import type { LogAttributes, UnformattedAttributes } from "@aws-lambda-powertools/logger/types";
import { defaultPatterns } from "./patterns.ts";
import { redact, type Printable } from "./redact.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** What a log line says besides its message; it is redacted, and an error prints as its name and code. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one line of JSON per call. No method ever throws. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The Lambda request id that the following lines carry. */
  setRequestId(requestId: string): void;
}

/** Fields travel under one name, so that Powertools neither reads nor renames any of them. */
const FIELDS = "fields";

/**
 * A structured logger (AWS Lambda Powertools) that redacts what it is about to print. Levels are set as
 * Powertools has it, by `POWERTOOLS_LOG_LEVEL` or Lambda's advanced logging controls.
 *
 * @param service printed in every line, as `save` or `provider-proxy`.
 * @param patterns what a secret looks like; default: all registered formats.
 * @example
 * const logger = createLogger("save");
 * logger.info("Saved", { slot: "openai/default" });
 */
export function createLogger(service: string, patterns: readonly RegExp[] = defaultPatterns): Logger {
  const logFormatter = new RedactingFormatter(patterns);
  const powertools = new Powertools({ serviceName: service, logFormatter });
  const write = (level: LogLevel, message: string, fields?: LogFields): void => {
    try {
      powertools[level](message, { [FIELDS]: fields });
    } catch {
      // A log call never fails the request it tells of: standard output may be closed, for one.
    }
  };
  return {
    debug: (message, fields) => {
      write("debug", message, fields);
    },
    info: (message, fields) => {
      write("info", message, fields);
    },
    warn: (message, fields) => {
      write("warn", message, fields);
    },
    error: (message, fields) => {
      write("error", message, fields);
    },
    setRequestId: (requestId) => {
      powertools.appendKeys({ requestId });
    },
  };
}

/** Redacts the finished line, so that nothing is added to it afterwards. */
class RedactingFormatter extends LogFormatter {
  readonly #patterns: readonly RegExp[];

  constructor(patterns: readonly RegExp[]) {
    super();
    this.#patterns = patterns;
  }

  override formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const { message, logLevel, serviceName, timestamp, xRayTraceId } = attributes;
    const { [FIELDS]: fields, requestId } = additional;
    // One walk over message and fields: a secret may lie across both.
    const redacted = redact({ requestId, message, fields }, this.#patterns) as Record<string, Printable>;
    const line = {
      level: logLevel,
      timestamp: this.formatTimestamp(timestamp),
      service: serviceName,
      xRayTraceId,
      message: redacted["message"],
      requestId: redacted["requestId"],
      fields: redacted["fields"],
    };
    return new LogItem({ attributes: line });
  }
}
