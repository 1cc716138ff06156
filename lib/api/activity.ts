/** `GET /v1/activity`: what happened to one's own provider keys. */
import * as z from "zod/mini";
import { name, provider, slotPart, time } from "./fields.ts";

/** Each at most once, and no others. */
export const activityQuery = z.strictObject({
  limit: z.optional(
    z
      .string()
      .check(
        z.regex(/^([1-9]\d?|100)$/),
        z.meta({ description: "How many events, from 1 to 100; 20 where it is left out", examples: ["20"] }),
      ),
  ),
  cursor: z.optional(
    z
      .string()
      .check(
        z.minLength(1),
        z.maxLength(1024),
        z.meta({ description: "Of the answer before: the events that are older" }),
      ),
  ),
  provider: z.optional(slotPart.check(z.meta({ description: "Of this provider only" }))),
  name: z.optional(slotPart.check(z.meta({ description: "Of this name only" }))),
});

export const activityEvent = z
  .strictObject({
    type: z.string().check(
      z.meta({
        description: "`key_saved`, `key_used`, `key_removed`, `key_disabled` and so on; more may come",
        examples: ["key_used"],
      }),
    ),
    provider: z.optional(provider),
    name: z.optional(name),
    at: time,
    actor: z.optional(z.string().check(z.meta({ description: "Who, as an opaque id" }))),
    caller: z.optional(z.string().check(z.meta({ description: "By which function or back end" }))),
    useId: z.optional(z.string().check(z.meta({ description: "Of a use, and of what came of it" }))),
  })
  .register(z.globalRegistry, { id: "ActivityEvent" });

export const activityAnswer = z.strictObject({
  events: z.array(activityEvent).check(z.meta({ description: "Newest first" })),
  cursor: z
    .nullable(z.string())
    .check(z.meta({ description: "For the older ones; `null` where there are none" })),
});
