import middy from "@middy/core";
import * as z from "zod/mini";
import { legacySaveRequest } from "../lib/api/legacy.ts";
import { saveRequest } from "../lib/api/provider-keys.ts";
import { providers, savePorts } from "../lib/compose.ts";
import { saveProviderKey, type SaveWarning } from "../lib/provider-keys/save.ts";
import { Secret } from "../lib/secret.ts";
import { json, type ApiResponse } from "./http/answer.ts";
import { parseBody } from "./http/body.ts";
import { routeOf } from "./http/event.ts";
import { answerErrors, authenticate, type AuthenticatedEvent } from "./http/middleware.ts";
import { legacySlot, slotIn } from "./http/slot.ts";

/** From the first moment on a `Secret`. */
const toSecret = z.transform((text: string) => new Secret(text));
/** `POST /api/user/api-key` */
const legacyBody = z.extend(legacySaveRequest, { apiKey: z.pipe(legacySaveRequest.shape.apiKey, toSecret) });
/** `PUT /v1/provider-keys/{provider}[/{name}]` */
const body = z.extend(saveRequest, { apiKey: z.pipe(saveRequest.shape.apiKey, toSecret) });

export const handler = middy<AuthenticatedEvent, ApiResponse>()
  .use(answerErrors())
  .use(authenticate())
  .handler((event) => (routeOf(event).errors === "legacy" ? saveLegacy(event) : save(event)));

async function saveLegacy(event: AuthenticatedEvent): Promise<ApiResponse> {
  const input = parseBody(event, legacyBody);
  const slot = legacySlot(input.provider, providers());
  await saveProviderKey(savePorts(), event.who, { slot, pasted: input.apiKey });
  return json(200, { success: true });
}

async function save(event: AuthenticatedEvent): Promise<ApiResponse> {
  const slot = slotIn(event, providers());
  const { apiKey, ...details } = parseBody(event, body);
  const request = { slot, pasted: apiKey, ...details };
  const { savedAt, warnings, verification } = await saveProviderKey(savePorts(), event.who, request);
  const saved = { provider: slot.provider.id, name: slot.name, state: "active", savedAt, verification };
  if (warnings.length === 0) return json(200, saved);
  return json(200, { ...saved, warnings: warnings.map((code) => ({ code, title: warningTitles[code] })) });
}

const warningTitles: Readonly<Record<SaveWarning, string>> = {
  UNFAMILIAR_FORMAT: "It was stored, though it is in no form of this provider's API keys that is known here",
  VERIFICATION_INCONCLUSIVE: "It was stored, though its provider could not be asked whether it takes it",
};
