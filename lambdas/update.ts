import middy from "@middy/core";
import { updateRequest } from "../lib/api/provider-keys.ts";
import { providers, updatePorts } from "../lib/compose.ts";
import { updateProviderKey } from "../lib/provider-keys/update.ts";
import { json, type ApiResponse } from "./http/answer.ts";
import { parseBody } from "./http/body.ts";
import { answerErrors, authenticate, type AuthenticatedEvent } from "./http/middleware.ts";
import { slotIn } from "./http/slot.ts";

/** `PATCH /v1/provider-keys/{provider}[/{name}]` */
export const handler = middy<AuthenticatedEvent, ApiResponse>()
  .use(answerErrors())
  .use(authenticate())
  .handler(async (event) => {
    const slot = slotIn(event, providers());
    const changes = parseBody(event, updateRequest);
    await updateProviderKey(updatePorts(), event.who, slot, changes);
    return json(200, { provider: slot.provider.id, name: slot.name, ...changes });
  });
