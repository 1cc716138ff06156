import middy from "@middy/core";
import * as z from "zod/mini";
import { savePorts } from "../lib/compose.ts";
import { WaxsealError } from "../lib/errors.ts";
import { saveProviderKey } from "../lib/provider-keys/save.ts";
import { slotOf } from "../lib/providers/find.ts";
import { Secret } from "../lib/secret.ts";
import { json, type ApiResponse } from "./http/answer.ts";
import { parseBody } from "./http/body.ts";
import { routeOf } from "./http/event.ts";
import { answerErrors, authenticate, type AuthenticatedEvent } from "./http/middleware.ts";

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
  label: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  expiresAt: z.optional(z.iso.datetime()),
});

export const handler = middy<AuthenticatedEvent, ApiResponse>()
  .use(answerErrors())
  .use(authenticate())
  .handler((event) => (routeOf(event).errors === "legacy" ? saveLegacy(event) : save(event)));

async function saveLegacy(event: AuthenticatedEvent): Promise<ApiResponse> {
  const input = parseBody(event, legacyBody);
  await saveProviderKey(savePorts(), event.who, { slot: slotOf(input.provider), pasted: input.apiKey });
  return json(200, { success: true });
}

async function save(event: AuthenticatedEvent): Promise<ApiResponse> {
  const slot = slotOf(event.pathParameters?.["provider"] ?? "", event.pathParameters?.["name"]);
  const { apiKey, label, expiresAt } = parseBody(event, body);
  const expiry = expiresAt === undefined ? undefined : new Date(expiresAt);
  if (expiry && expiry.getTime() <= Date.now()) throw new WaxsealError("INVALID_REQUEST");
  const savedAt = await saveProviderKey(savePorts(), event.who, {
    slot,
    pasted: apiKey,
    label,
    expiresAt: expiry,
  });
  return json(200, { provider: slot.provider.id, name: slot.name, state: "active", savedAt });
}
