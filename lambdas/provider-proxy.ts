import middy from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import { settings, usePorts } from "../lib/compose.ts";
import { useProviderKey } from "../lib/provider-keys/use.ts";
import { slotOf } from "../lib/providers/find.ts";
import { forward } from "../lib/proxy/forward.ts";
import { originOf, targetUrl } from "../lib/proxy/target.ts";
import { answerErrors, authenticate, type AuthenticatedEvent } from "./http/middleware.ts";
import {
  addressee,
  callerHeaders,
  proxyRequest,
  requestBody,
  sdkHeader,
  streamedAnswer,
} from "./http/proxy-event.ts";

/** `ANY /proxy/{provider}[@{name}]/{path+}`: the provider's own API, called with the owner's provider key. */
export const handler = middy({ executionMode: executionModeStreamifyResponse })
  .use(answerErrors())
  .use(authenticate(sdkHeader))
  .handler(proxy);

/** Everything that can be refused is refused before the claim. */
async function proxy(event: AuthenticatedEvent) {
  const { endpointOrigins, proxyTimeoutSeconds } = settings();
  const { providerId, name } = addressee(event);
  const slot = slotOf(providerId, name);
  const { provider } = slot;
  const request = proxyRequest(event);
  const [headers, body] = [callerHeaders(event), requestBody(event)];
  const url = targetUrl(provider, originOf(provider, endpointOrigins), request);

  const use = await useProviderKey(usePorts(), event.who, slot);
  const call = {
    provider,
    url,
    method: request.method,
    headers,
    body,
    signal: AbortSignal.timeout(proxyTimeoutSeconds * 1000),
  };
  return streamedAnswer(await forward(call, use));
}
