import middy from "@middy/core";
import { providers, takeLimit, usePorts } from "../lib/compose.ts";
import { verifyProviderKey } from "../lib/proxy/verify.ts";
import { json, type ApiResponse } from "./http/answer.ts";
import { answerErrors, authenticate, type AuthenticatedEvent } from "./http/middleware.ts";
import { slotIn } from "./http/slot.ts";

/** `POST /v1/provider-keys/{provider}[/{name}]/verify`: asks the provider whether it takes the provider key. */
export const handler = middy<AuthenticatedEvent, ApiResponse>()
  .use(answerErrors())
  .use(authenticate())
  .handler(async (event) => {
    const slot = slotIn(event, providers());
    const ports = { ...usePorts(), takeLimit: takeLimit() };
    const result = await verifyProviderKey(ports, event.who, slot);
    return json(200, { provider: slot.provider.id, name: slot.name, result });
  });
