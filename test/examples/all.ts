import { backEndExamples } from "./back-ends.ts";
import type { Example } from "./example.ts";
import { pageExamples } from "./pages.ts";
import { sdkExamples } from "./sdks.ts";

/** In the order of `docs/examples/README.md`. */
export const examples: readonly Example[] = [...pageExamples, ...sdkExamples, ...backEndExamples];
