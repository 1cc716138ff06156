import * as z from "zod/mini";

/** A text that has an encoding in UTF-8, and so in the canonical one (RFC 8785, section 3.2.2.2). */
export const wellFormed = z.refine((value) => typeof value === "string" && value.isWellFormed());
