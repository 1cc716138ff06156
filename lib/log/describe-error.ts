import { WaxsealError, type AwsFailure } from "../errors.ts";

/** What a log line says of an error. */
export interface ErrorDescription {
  readonly name: string;
  readonly code?: string;
  readonly requestId?: string;
  readonly httpStatusCode?: number;
  /** The AWS call behind an error of ours. */
  readonly aws?: AwsFailure;
  /** The provider that an error of ours is about. */
  readonly provider?: string;
}

/** What names, codes and request ids are made of; anything else under these names is not one. */
const PLAIN_WORD = /^[\w.$:-]{1,128}$/;

/**
 * An error without its message, stack and cause: other people's messages quote their input
 * (`JSON.parse` does, so do SDK validation errors). Never throws, whatever was thrown.
 *
 * @example logger.error("The stream ended early", { error: describeError(error) });
 */
export function describeError(error: unknown): ErrorDescription {
  const metadata = read(error, "$metadata");
  const code = word(read(error, "code"));
  const requestId = word(read(metadata, "requestId"));
  const httpStatusCode = read(metadata, "httpStatusCode");
  return {
    name: word(read(error, "name")) ?? "Unknown",
    ...(code !== undefined && { code }),
    ...(requestId !== undefined && { requestId }),
    ...(typeof httpStatusCode === "number" && { httpStatusCode }),
    ...(error instanceof WaxsealError && error.aws && { aws: error.aws }),
    ...(error instanceof WaxsealError && error.provider && { provider: error.provider }),
  };
}

function word(value: unknown): string | undefined {
  return typeof value === "string" && PLAIN_WORD.test(value) ? value : undefined;
}

function read(from: unknown, name: string): unknown {
  if (typeof from !== "object" || from === null) return undefined;
  try {
    return (from as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined; // a getter or proxy that throws
  }
}
