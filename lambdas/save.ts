import middy from "@middy/core";
import * as z from "zod/mini";
import { providers, savePorts } from "../lib/compose.ts";
import { saveProviderKey, type SaveWarning } from "../lib/provider-keys/save.ts";
import { Secret } from "../lib/secret.ts";
import { json, type ApiResponse } from "./http/answer.ts";
import { parseBody } from "./http/body.ts";
import { routeOf } from "./http/event.ts";
import { answerErrors, authenticate, type AuthenticatedEvent } from "./http/middleware.ts";
import { legacySlot, slotIn } from "./http/slot.ts";
import { expiry, label, place } from "./http/status-fields.ts";

/** From the first moment on a `Secret`. */
const pasted = z.pipe(
  z.string().check(z.minLength(1)),
  z.transform((text: string) => new Secret(text)),
);

/** `POST /api/user/api-key` */
const legacyBody = z.object({ provider: z.string().check(z.minLength(1)), apiKey: pasted });

/** `PUT /v1/provider-keys/{provider}[/{name}]` */
const body = z.strictObject({
  apiKey: pasted,
  label: z.optional(label),
  order: z.optional(place),
  expiresAt: z.optional(expiry),
});

export const handler = middy<AuthenticatedEvent, ApiResponse>()
  .use(answerErrors())
  .use(authenticate())
  .handler((event) => (routeOf(event).errors === "legacy" ? saveLegacy(event) : save(event)));

async function saveLegacy(event: AuthenticatedEvent): Promise<ApiResponse> {
  const input = parseBody(event, legacyBody);
  const slot = legacySlot(input.provider);
  await saveProviderKey(savePorts(), event.who, { slot, pasted: input.apiKey });
  return json(200, { success: true });
}

async function save(event: AuthenticatedEvent): Promise<ApiResponse> {
  const slot = slotIn(event, providers());
  const { apiKey, ...details } = parseBody(event, body);
  const request = { slot, pasted: apiKey, ...details };
  const { savedAt, warnings } = await saveProviderKey(savePorts(), event.who, request);
  const saved = { provider: slot.provider.id, name: slot.name, state: "active", savedAt };
  if (warnings.length === 0) return json(200, saved);
  return json(200, { ...saved, warnings: warnings.map((code) => ({ code, title: warningTitles[code] })) });
}

const warningTitles: Readonly<Record<SaveWarning, string>> = {
  UNFAMILIAR_FORMAT: "It was stored, though it is in no form of this provider's API keys that is known here",
};
