import { providers, settings, takeLimit, usePorts } from "../../lib/compose.ts";
import { isWaxsealError } from "../../lib/errors.ts";
import { createLogger } from "../../lib/log/logger.ts";
import type { Actor } from "../../lib/provider-keys/change.ts";
import { usesInOrder } from "../../lib/provider-keys/uses-in-order.ts";
import { findProvider } from "../../lib/providers/find.ts";
import { callInOrder } from "../../lib/proxy/call-in-order.ts";
import { targetOf } from "../../lib/proxy/target.ts";
import type { ApiEvent } from "./event.ts";
import { addressee, callerHeaders, proxyRequest, requestBody, streamedAnswer } from "./proxy-event.ts";

const logger = createLogger(process.env["POWERTOOLS_SERVICE_NAME"] ?? "waxseal");

/** A proxied call, for whomever it is. Everything that can be refused is refused before the claim. */
export async function proxied(event: ApiEvent, who: Actor) {
  const { proxyTimeoutSeconds, fallbackOn } = settings();
  const { providerId, name } = addressee(event);
  const provider = findProvider(providers(), providerId);
  const request = proxyRequest(event);
  const call = {
    provider,
    target: targetOf(provider, request),
    method: request.method,
    headers: callerHeaders(event),
    body: requestBody(event),
    signal: AbortSignal.timeout(proxyTimeoutSeconds * 1000),
  };
  await takeProxyLimit(who);
  return streamedAnswer(await callInOrder(call, usesInOrder(usePorts(), who, provider, name), fallbackOn));
}

/** Whether to go on when the limits cannot be counted is the operator's to decide; that it happened is logged. */
async function takeProxyLimit({ ownerId, requestId }: Actor): Promise<void> {
  try {
    await takeLimit()("proxy", ownerId);
  } catch (error) {
    const isOver = isWaxsealError(error, "RATE_LIMITED");
    if (isOver || !isWaxsealError(error) || settings().proxyWithoutLimits === "refuse") throw error;
    logger.error("proxied without limits", { code: "LIMITS_UNAVAILABLE", requestId, aws: error.aws });
  }
}
