import * as z from "zod/mini";
import { registry } from "../../lib/providers/registry.ts";
import { FIRST_PLACE, LAST_PLACE } from "../../lib/provider-keys/slots-in-order.ts";

/** What a person calls a provider key; kept and shown as it is, so nothing that looks like one itself. */
export const label = z.string().check(
  z.minLength(1),
  z.maxLength(100),
  z.refine((text) => text.isWellFormed() && !registry.some(({ leakPattern }) => leakPattern?.test(text))),
);

/** Its place among the owner's for the same provider. */
export const place = z.int().check(z.minimum(FIRST_PLACE), z.maximum(LAST_PLACE));

/** In milliseconds and UTC, as it is stored: stored times are compared as text. */
export const expiry = z.pipe(
  z.iso.datetime(),
  z.transform((text: string) => new Date(text).toISOString()),
);
