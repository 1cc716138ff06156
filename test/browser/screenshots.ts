/**
 * `npm run screenshots [-- name …]`: each state of the element and of the demo page, light and dark, wide and narrow, into `docs/images`. With
 * the clock, data and font that the tests have, the same sources give the same pictures.
 */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { chromium } from "playwright-core";
import { bundleForTests } from "./support/bundle.ts";
import { launchOptions } from "./support/chromium.ts";
import { demoScenes, serveDemo } from "./support/demo-scenes.ts";
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
const inReadme = ["demo", "demo-dark", "list", "list-dark", "add-cleaned", "add-cleaned-dark"];

/** The demo has two sides, which are beside each other from here on. */
const DEMO_WIDTH = 1280;

await mkdir(folder, { recursive: true });
const browser = await chromium.launch(await launchOptions());
const site = await Site.start(browser, await bundleForTests());
const isWanted = ({ name }: Scene) => wanted.length === 0 || wanted.includes(name);
for (const scene of scenes.filter(isWanted)) for (const look of looks) await take(scene, look);
await serveDemo(site);
for (const scene of demoScenes.filter(isWanted))
  for (const look of looks)
    await take(scene, look.width < DEMO_WIDTH / 2 ? look : { ...look, width: DEMO_WIDTH });
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
