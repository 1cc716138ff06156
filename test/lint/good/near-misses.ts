/** Near misses: everything here may be printed, and the rules must let it pass. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { inspect } from "node:util";
import { isWaxsealError, WaxsealError } from "../../../lib/errors.ts";
import { describeError } from "../../../lib/log/describe-error.ts";
import { createLogger } from "../../../lib/log/logger.ts";
import { Secret } from "../../../lib/secret.ts";

const logger = createLogger("good");

interface StatusView {
  readonly slot: string;
  readonly hasApiKey: boolean;
  readonly tokensUsed: number;
}

export function describing(view: StatusView, providerKey: Secret, dataKey: Uint8Array): string[] {
  logger.info("saved", { slot: view.slot, hasApiKey: view.hasApiKey, tokensUsed: view.tokensUsed });
  logger.info("saved", { view, providerKey: "[redacted]", isSecret: providerKey instanceof Secret });
  logger.info("opened", { length: dataKey.byteLength, wrappedDataKeyLength: dataKey.length });
  return [`${view.slot}: ${view.hasApiKey ? "configured" : "missing"}`, JSON.stringify(view), inspect(view)];
}

export function numbersAndFlags(
  token: number,
  apiKey: boolean,
  secret: undefined | null,
  view: StatusView,
): void {
  logger.info("counted", { token, apiKey, secret });
  logger.info(`counted ${token}`);
  // A list of what may be shown of provider keys, as `GET /v1/provider-keys` answers it.
  const providerKeys: StatusView[] = [view];
  logger.info("listed", { body: JSON.stringify({ providerKeys }) });
}

export function requests(event: APIGatewayProxyEvent, request: Request): APIGatewayProxyResult {
  logger.info("called", { path: event.path, resource: event.resource, agent: event.headers["user-agent"] });
  logger.info("called", { bytes: event.body?.length, type: request.headers.get("content-type") });
  logger.info("called", { hasBody: event.body !== null, names: Object.keys(event.headers).length });
  const answer = { statusCode: 200, headers: {}, body: JSON.stringify({ success: true }) };
  logger.info(`answered ${answer.statusCode}`);
  return answer;
}

export async function caught(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    logger.error("failed", { error: describeError(error), ours: isWaxsealError(error) });
    if (isWaxsealError(error)) logger.error("failed", { code: error.code, aws: error.aws });
    if (error instanceof WaxsealError) logger.error(error.message, { error });
    if (error instanceof TypeError) logger.error("failed", { name: error.name });
    throw new WaxsealError("INTERNAL");
  }
}

/** Not loggers, and not strings. */
export function others(providerKey: Secret, left: number, right: number, token: string): unknown[] {
  return [
    Math.log(left + right),
    new Map([[token, providerKey]]),
    { providerKey },
    [providerKey],
    token.length + 1,
  ];
}
