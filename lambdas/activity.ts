import middy from "@middy/core";
import * as z from "zod/mini";
import { activityQuery } from "../lib/api/activity.ts";
import { composeActivity } from "../lib/audit/compose-activity.ts";
import { takeLimitIfCounted } from "../lib/compose.ts";
import { WaxsealError } from "../lib/errors.ts";
import { json, type ApiResponse } from "./http/answer.ts";
import type { ApiEvent } from "./http/event.ts";
import { answerErrors, authenticate, type AuthenticatedEvent } from "./http/middleware.ts";

let composed: ReturnType<typeof composeActivity> | undefined;

/** `GET /v1/activity?limit=&cursor=&provider=&name=`: whose it is, the token says. */
export const handler = middy<AuthenticatedEvent, ApiResponse>()
  .use(answerErrors())
  .use(authenticate())
  .handler(async (event) => {
    const { limit = "20", ...asked } = queryOf(event);
    const { ownerId } = event.who;
    await takeLimitIfCounted()("activity", ownerId);
    const { read, enterRead } = (composed ??= composeActivity(process.env));
    await enterRead(event.who);
    return json(200, await read(ownerId, { limit: Number(limit), ...asked }));
  });

function queryOf({ multiValueQueryStringParameters }: ApiEvent): z.infer<typeof activityQuery> {
  const given = Object.entries(multiValueQueryStringParameters ?? {});
  if (given.some(([, values]) => values?.length !== 1)) throw new WaxsealError("INVALID_REQUEST");
  const { data } = z.safeParse(
    activityQuery,
    Object.fromEntries(given.map(([name, values]) => [name, values?.[0]])),
  );
  if (!data) throw new WaxsealError("INVALID_REQUEST");
  return data;
}
