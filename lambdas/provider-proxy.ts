import middy from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import { answerErrors, authenticate, type AuthenticatedEvent } from "./http/middleware.ts";
import { sdkHeader } from "./http/proxy-event.ts";
import { proxied } from "./http/proxied.ts";

/** `ANY /proxy/{provider}[@{name}]/{path+}`: the provider's own API, called with the owner's provider key. */
export const handler = middy({ executionMode: executionModeStreamifyResponse })
  .use(answerErrors())
  .use(authenticate(sdkHeader))
  .handler((event: AuthenticatedEvent) => proxied(event, event.who));
