/**
 * `npm run screenshots [-- name …]`: each state of the element, light and dark, wide and narrow, into `docs/images`. With
 * the clock, data and font that the tests have, the same sources give the same pictures.
 */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { chromium } from "playwright-core";
import { bundleForTests } from "./support/bundle.ts";
import { launchOptions } from "./support/chromium.ts";
import { openScene, scenes, type Scene } from "./support/scenes.ts";
import { Site } from "./support/site.ts";
import { smallerPng } from "./support/smaller-png.ts";

const folder = path.join(import.meta.dirname, "../../docs/images");
const wanted = process.argv.slice(2);

const looks = [
  { suffix: "", dark: false, width: 960 },
  { suffix: "-dark", dark: true, width: 960 },
  { suffix: "-narrow", dark: false, width: 360 },
  { suffix: "-narrow-dark", dark: true, width: 360 },
];

/** Those that the README shows: twice as fine. */
const inReadme = ["list", "list-dark", "add-cleaned", "add-cleaned-dark"];

await mkdir(folder, { recursive: true });
const browser = await chromium.launch(await launchOptions());
const site = await Site.start(browser, await bundleForTests());
for (const scene of scenes.filter(({ name }) => wanted.length === 0 || wanted.includes(name)))
  for (const look of looks) await take(scene, look);
await site.stop();
await browser.close();

async function take(scene: Scene, { suffix, ...look }: (typeof looks)[number]): Promise<void> {
  const name = scene.name + suffix;
  const page = await openScene(site, scene, { ...look, height: 100, scale: inReadme.includes(name) ? 2 : 1 });
  // Nothing is hovered over, and no cursor blinks in a picture.
  await page.mouse.move(0, 0);
  const png = await page.screenshot({ fullPage: true, animations: "disabled", caret: "hide" });
  await site.reset();
  await writeFile(path.join(folder, `${name}.png`), smallerPng(png));
}
