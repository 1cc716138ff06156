import middy from "@middy/core";
import * as z from "zod/mini";
import { providers, updatePorts } from "../lib/compose.ts";
import { updateProviderKey } from "../lib/provider-keys/update.ts";
import { json, type ApiResponse } from "./http/answer.ts";
import { parseBody } from "./http/body.ts";
import { answerErrors, authenticate, type AuthenticatedEvent } from "./http/middleware.ts";
import { slotIn } from "./http/slot.ts";
import { expiry, label, place } from "./http/status-fields.ts";

/** What is absent stays as it is, `null` takes away. */
const body = z
  .strictObject({
    state: z.optional(z.enum(["active", "disabled"])),
    label: z.optional(z.nullable(label)),
    order: z.optional(z.nullable(place)),
    expiresAt: z.optional(z.nullable(expiry)),
  })
  .check(z.refine((changes) => Object.keys(changes).length > 0));

/** `PATCH /v1/provider-keys/{provider}[/{name}]` */
export const handler = middy<AuthenticatedEvent, ApiResponse>()
  .use(answerErrors())
  .use(authenticate())
  .handler(async (event) => {
    const slot = slotIn(event, providers());
    const changes = parseBody(event, body);
    await updateProviderKey(updatePorts(), event.who, slot, changes);
    return json(200, { provider: slot.provider.id, name: slot.name, ...changes });
  });
