import { providers, settings, takeLimit, takeLimitIfCounted, usePorts } from "../../lib/compose.ts";
import type { TakeLimit } from "../../lib/limits/take-limit.ts";
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
  await takeProxyLimit()("proxy", who.ownerId);
  const uses = usesInOrder(usePorts(), who, provider, name, (error) => {
    logger.error("passed over", { code: error.code, requestId: who.requestId, aws: error.aws });
  });
  return streamedAnswer(await callInOrder(call, uses, fallbackOn));
}

/** Whether to go on when the limits cannot be counted is the operator's to decide. */
function takeProxyLimit(): TakeLimit {
  return settings().proxyWithoutLimits === "refuse" ? takeLimit() : takeLimitIfCounted();
}
