import middy from "@middy/core";
import { listPorts, providers } from "../lib/compose.ts";
import { listProviderKeys } from "../lib/provider-keys/list.ts";
import { describeProviders } from "../lib/providers/describe.ts";
import { json, type ApiResponse } from "./http/answer.ts";
import { routeOf } from "./http/event.ts";
import { answerErrors, authenticate, type AuthenticatedEvent } from "./http/middleware.ts";

/** `GET /v1/provider-keys`: everything but the provider keys. `GET /v1/providers`: what can be stored. */
export const handler = middy<AuthenticatedEvent, ApiResponse>()
  .use(answerErrors())
  .use(authenticate())
  .handler(async (event) => {
    if (routeOf(event).path === "/v1/providers")
      return json(200, { providers: describeProviders(providers()) });
    return json(200, { providerKeys: await listProviderKeys(listPorts(), event.who.ownerId) });
  });
