import middy from "@middy/core";
import { legacyRemoveRequest } from "../lib/api/legacy.ts";
import { providers, removePorts } from "../lib/compose.ts";
import { WaxsealError } from "../lib/errors.ts";
import { findProvider, slotToRemove } from "../lib/providers/find.ts";
import { removeProviderKey } from "../lib/provider-keys/remove.ts";
import { json, noContent, type ApiResponse } from "./http/answer.ts";
import { parseBody } from "./http/body.ts";
import { routeOf } from "./http/event.ts";
import { answerErrors, authenticate, type AuthenticatedEvent } from "./http/middleware.ts";
import { legacySlot } from "./http/slot.ts";

export const handler = middy<AuthenticatedEvent, ApiResponse>()
  .use(answerErrors())
  .use(authenticate())
  .handler((event) => (routeOf(event).errors === "legacy" ? removeLegacy(event) : remove(event)));

/** `DELETE /api/user/api-key`, as it always was: removing what is not there is a success. */
async function removeLegacy(event: AuthenticatedEvent): Promise<ApiResponse> {
  const { provider } = parseBody(event, legacyRemoveRequest);
  await removeProviderKey(removePorts(), event.who, legacySlot(provider, providers()).slot);
  return json(200, { success: true });
}

/** `DELETE /v1/provider-keys/{provider}[/{name}]` */
async function remove(event: AuthenticatedEvent): Promise<ApiResponse> {
  const { provider = "", name } = event.pathParameters ?? {};
  const removed = await removeProviderKey(removePorts(), event.who, slotToRemove(provider, name));
  if (!removed) {
    // Asked only now: what was saved for a provider that the operator took away can be removed.
    findProvider(providers(), provider);
    throw new WaxsealError("PROVIDER_KEY_NOT_FOUND");
  }
  return noContent();
}
