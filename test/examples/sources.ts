import { registerHooks } from "node:module";

/** The examples import the package as its users do; here they run over the sources, as `vitest.config.ts` has it too. */
const sources: Readonly<Record<string, string>> = {
  waxseal: "lib/index.ts",
  "waxseal/acting": "lib/acting/index.ts",
  "waxseal/client": "web/client/index.ts",
};

registerHooks({
  resolve(specifier, context, next) {
    const source = Object.hasOwn(sources, specifier) ? sources[specifier] : undefined;
    return next(source === undefined ? specifier : new URL(`../../${source}`, import.meta.url).href, context);
  },
});
