/** What fields of requests and answers have in common. Each is described once, here, also for `docs/api.md`. */
import * as z from "zod/mini";
import { registry } from "../providers/registry.ts";

/** The places that an owner can give. */
export const FIRST_PLACE = 1;
export const LAST_PLACE = 1000;

/** Where a provider or a name stands in a path or a query. */
export const slotPart = z.string().check(z.regex(/^[a-z0-9-]{1,32}$/));

export const provider = slotPart.check(
  z.meta({ description: "A registered provider's id", examples: ["openai"] }),
);

export const name = slotPart.check(
  z.meta({ description: "Which of several; `default` where its owner gave none", examples: ["default"] }),
);

/** What a person calls a provider key; kept and shown as it is, so nothing that looks like one itself. */
export const label = z.string().check(
  z.minLength(1),
  z.maxLength(100),
  z.refine((text) => text.isWellFormed() && !registry.some(({ leakPattern }) => leakPattern?.test(text))),
  z.meta({ description: "A person's own words; nothing that looks like an API key", examples: ["at work"] }),
);

export const place = z.int().check(
  z.minimum(FIRST_PLACE),
  z.maximum(LAST_PLACE),
  z.meta({
    description: "Its place among the owner's for the same provider, first to last",
    examples: [1],
  }),
);

export const time = z.iso
  .datetime()
  .check(z.meta({ description: "ISO 8601, in UTC", examples: ["2026-11-25T10:03:04.500Z"] }));

/** In milliseconds and UTC, as it is stored: stored times are compared as text. */
export const expiry = z
  .pipe(
    z.iso.datetime(),
    z.transform((text: string) => new Date(text).toISOString()),
  )
  .check(
    z.meta({ description: "From then on it is not used; in UTC", examples: ["2027-06-30T00:00:00.000Z"] }),
  );
