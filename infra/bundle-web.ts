/**
 * What is published for browsers, one file each with nothing to import: a page can load it by a script tag, and a bundler
 * takes it as it is. `lit` is inside the element's.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { build, transform, type BuildOptions, type Plugin } from "esbuild";
import { repositoryRoot } from "./bundle.ts";

/** By the subpath under which each is imported: `waxseal/client`. */
export const webEntries = {
  client: "web/client/index.ts",
  element: "web/element/index.ts",
} as const;

/** For where there is no DOM, as when a framework renders a page on a server: it says nothing there. */
const serverEntry = "web/element/server.ts";

/** Writes the bundles to `<outdir>/web/<name>/index.js`, where `package.json` has its exports. */
export async function bundleWeb(outdir: string): Promise<void> {
  const entryPoints = [...Object.values(webEntries), serverEntry];
  await build({ ...options, entryPoints, outbase: ".", outdir });
}

/** The bundle of one entry, as text. */
export async function webBundle(entry: string): Promise<string> {
  const { outputFiles } = await build({ ...options, entryPoints: [entry], write: false });
  return outputFiles.map(({ text }) => text).join("");
}

/** Style sheets are texts in the source, so that esbuild would leave them as they are written. */
const minifiedStyles: Plugin = {
  name: "minified-styles",
  setup: (building) => {
    building.onLoad({ filter: /[/\\]web[/\\]element[/\\]style[/\\][\w-]+\.ts$/ }, async ({ path: file }) => {
      const source = await readFile(file, "utf8");
      const [before = "", sheet, after = ""] = source.split("`");
      if (sheet === undefined) return { contents: source, loader: "ts" };
      const { code } = await transform(sheet, { loader: "css", minify: true });
      return { contents: `${before}\`${code.trim().replaceAll("\\", "\\\\")}\`${after}`, loader: "ts" };
    });
  },
};

const options: BuildOptions = {
  absWorkingDir: repositoryRoot,
  tsconfig: path.join(repositoryRoot, "web/tsconfig.json"),
  bundle: true,
  format: "esm",
  platform: "browser",
  // What Baseline calls widely available in 2026.
  target: "es2022",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  plugins: [minifiedStyles],
};
