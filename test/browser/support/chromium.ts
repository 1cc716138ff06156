import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import bundled, { inflate } from "@sparticuz/chromium";
import { chromium, type LaunchOptions } from "playwright-core";
import manifest from "../../../package.json" with { type: "json" };

/** Inside `node_modules`, so that `npm ci` begins anew and nobody else on the machine writes there. */
const cache = path.join(import.meta.dirname, "../../../node_modules/.cache/waxseal-chromium");

const librariesOfLambda = path.join(
  import.meta.dirname,
  "../../../node_modules/@sparticuz/chromium/bin/al2023.tar.br",
);

/** Drawn the same on every machine. */
const args = [
  "--disable-partial-raster",
  "--font-render-hinting=none",
  "--disable-lcd-text",
  "--force-color-profile=srgb",
];

/**
 * How to start a Chromium: the one of `@sparticuz/chromium` on Linux on x64, elsewhere an installed Chrome, or the program
 * that `WAXSEAL_CHROME` names.
 *
 * @throws an error that says what to do where there is none.
 */
export async function launchOptions(): Promise<LaunchOptions> {
  const named = process.env["WAXSEAL_CHROME"];
  if (named !== undefined) return { args, executablePath: named };
  if (process.platform === "linux" && process.arch === "x64") return ownOptions();
  for (const channel of ["chrome", "chromium", "msedge"])
    if (await starts({ args, channel })) return { args, channel };
  throw new Error(
    "The browser tests need a browser: install Chrome, or name a Chromium's program in WAXSEAL_CHROME",
  );
}

async function starts(options: LaunchOptions): Promise<boolean> {
  try {
    await (await chromium.launch(options)).close();
    return true;
  } catch {
    return false;
  }
}

async function ownOptions(): Promise<LaunchOptions> {
  const folder = path.join(cache, manifest.devDependencies["@sparticuz/chromium"]);
  if (!existsSync(folder)) await unpack(folder);
  const env = { ...process.env, FONTCONFIG_FILE: path.join(folder, "fonts.conf") } as Record<string, string>;
  const executablePath = path.join(folder, "chromium");
  if (!(await hasLibraries(executablePath))) env["LD_LIBRARY_PATH"] = path.join(folder, "al2023", "lib");
  return { args, executablePath, env };
}

/** A bare machine has none of NSS and the like, which the package brings along for Lambda. */
async function hasLibraries(executablePath: string): Promise<boolean> {
  return promisify(execFile)(executablePath, ["--version"]).then(
    () => true,
    () => false,
  );
}

/** Unpacked aside and moved there whole: two runs may begin at once, and either may be stopped. */
async function unpack(folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const aside = await mkdtemp(path.join(cache, "unpacking-"));
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = aside; // where the package unpacks itself to
  try {
    await bundled.executablePath();
    await inflate(librariesOfLambda);
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
  await writeFile(path.join(aside, "fonts.conf"), fontsIn(path.join(folder, "fonts")));
  await rename(aside, folder).catch(() => rm(aside, { recursive: true }));
}

/** Only the font that comes along: what is installed on a machine would show in the screenshots. */
function fontsIn(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}</dir><cachedir>${folder}-cache</cachedir></fontconfig>
`;
}
