import middy from "@middy/core";
import { listPorts } from "../lib/compose.ts";
import { configuredByProvider, listProviderKeys } from "../lib/provider-keys/list.ts";
import { json, type ApiResponse } from "./http/answer.ts";
import { answerErrors, authenticate, type AuthenticatedEvent } from "./http/middleware.ts";

/** `GET /api/user/api-key-status`: which providers the owner has a usable provider key for. */
export const handler = middy<AuthenticatedEvent, ApiResponse>()
  .use(answerErrors())
  .use(authenticate())
  .handler(async (event) => {
    const configured = configuredByProvider(await listProviderKeys(listPorts(), event.who.ownerId));
    return json(200, { ...configured, hasApiKey: Object.values(configured).includes(true) });
  });
