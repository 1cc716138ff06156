import type { ESLint } from "eslint";
import { exposeSecretOnlyIn } from "./expose-secret-only-in.ts";
import { noSecretSinks } from "./no-secret-sinks.ts";

/** Our own lint rules, as the plugin `waxseal`. */
export const waxseal = {
  meta: { name: "waxseal" },
  rules: { "no-secret-sinks": noSecretSinks, "expose-secret-only-in": exposeSecretOnlyIn },
  // typescript-eslint types a rule's options more narrowly than ESLint's own types can say.
} as unknown as ESLint.Plugin;
