/**
 * One bundle a function, so that a save's has no line of code that decrypts. Nothing is left out of
 * it: the AWS SDK that is deployed is the one that was tested.
 */
import { rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

export const repositoryRoot = fileURLToPath(new URL("..", import.meta.url));

export interface Bundle {
  /** The folder that is deployed. */
  readonly directory: string;
  /** `file.export`, as Lambda takes it. */
  readonly handler: string;
  /** All its files together. */
  readonly bytes: number;
}

/** Names, in an app's context, a folder in which all functions are bundled already. */
export const madeBundles = "waxseal:bundles";

/** The bundle that `bundleFunction` has made in `outdir` before. */
export function bundleMadeIn(outdir: string, name: string, entry: string): Omit<Bundle, "bytes"> {
  return { directory: path.join(outdir, name), handler: handlerOf(entry) };
}

/**
 * Bundles the module at `entry` (a path from the repository's root), which exports `handler`, into
 * `<outdir>/<name>`. The same sources give the same bytes, wherever they lie: esbuild writes paths
 * relative to `absWorkingDir`, and chunk names are hashes of their content.
 *
 * @throws esbuild's error, with the file and line, if something cannot be resolved or parsed.
 */
export function bundleFunction(name: string, entry: string, outdir: string): Bundle {
  const directory = path.join(outdir, name);
  rmSync(directory, { recursive: true, force: true });
  const { metafile } = buildSync({
    absWorkingDir: repositoryRoot,
    entryPoints: [entry],
    outdir: directory,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    // The SDK loads credential providers and the like by `import()`: split, they cost a cold start nothing.
    splitting: true,
    // In this order: the ESM builds can be tree-shaken, the CommonJS ones cannot.
    mainFields: ["module", "main"],
    // Readable where it runs: a stack trace and a review of what is deployed need the names.
    minify: false,
    sourcemap: false,
    metafile: true,
    logLevel: "warning",
  });
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { directory, handler: handlerOf(entry), bytes };
}

function handlerOf(entry: string): string {
  return `${path.parse(entry).name}.handler`;
}
