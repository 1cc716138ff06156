/** What a back end is answered at a function URL, beside what the proxy streams. */
import * as z from "zod/mini";

export const deleteOwnerAnswer = z.strictObject({
  removed: z.int().check(z.nonnegative(), z.meta({ description: "How many provider keys", examples: [2] })),
});
