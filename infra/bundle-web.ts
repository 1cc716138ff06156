/**
 * What is published for browsers, one file each with nothing to import: a page can load it by a script tag, and a bundler
 * takes it as it is. `lit` is inside the element's.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
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
  const { outputFiles } = await build({ ...options, entryPoints, outbase: ".", outdir });
  for (const { path: file, contents } of outputFiles) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, contents);
  }
}

/** The bundle of one entry, as text. */
export async function webBundle(entry: string): Promise<string> {
  const { outputFiles } = await build({ ...options, entryPoints: [entry], outdir: "." });
  return outputFiles.map(({ contents }) => Buffer.from(contents).toString("utf8")).join("");
}

/**
 * Style sheets and templates are texts in the source, which esbuild leaves as they are written: here they lose what is
 * there for the reader.
 */
const shortTexts: Plugin = {
  name: "short-texts",
  setup: (building) => {
    building.onLoad({ filter: /[/\\]web[/\\]element[/\\]style[/\\][\w-]+\.ts$/ }, async ({ path: file }) => {
      const source = await readFile(file, "utf8");
      const [before = "", sheet, after = ""] = source.split("`");
      if (sheet === undefined) return { contents: source, loader: "ts" };
      const { code } = await transform(unescaped(sheet), { loader: "css", minify: true });
      return { contents: `${before}${JSON.stringify(code.trim())}${after}`, loader: "ts" };
    });
    // What is left of line ends in a minified file is in templates, where they are as good as a blank.
    building.onEnd(({ outputFiles = [] }) => {
      for (const file of outputFiles) file.contents = Buffer.from(file.text.replaceAll(/\n\s*(?=.)/g, " "));
    });
  },
};

/** What a template literal without anything filled in stands for. */
function unescaped(text: string): string {
  return text.replaceAll("\\\\", "\\");
}

const options = {
  write: false as const,
  absWorkingDir: repositoryRoot,
  tsconfig: path.join(repositoryRoot, "web/tsconfig.json"),
  bundle: true,
  format: "esm" as const,
  platform: "browser" as const,
  // What Baseline calls widely available in 2026.
  target: "es2022",
  minify: true,
  charset: "utf8" as const,
  legalComments: "none" as const,
  logLevel: "warning" as const,
  plugins: [shortTexts],
} satisfies BuildOptions;
