import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { defaultSettings } from "../../lib/settings.ts";

/** `docs/settings.md` is what operators read. */
const page = readFileSync(new URL("../../docs/settings.md", import.meta.url), "utf8");
const [settings = "", limits = ""] = page.split("## Limits");

function rows(markdown: string): [name: string, value: string][] {
  return [...markdown.matchAll(/^\| `(\w+)` +\| (.+?) +\|/gm)].map(([, name = "", value = ""]) => [
    name,
    value,
  ]);
}

test("the page has every setting, and no other", () => {
  expect(
    rows(settings)
      .map(([name]) => name)
      .toSorted(),
  ).toEqual(Object.keys(defaultSettings).toSorted());
});

test("and each default that is a word or a number", () => {
  const shown = Object.fromEntries(rows(settings));
  for (const [name, value] of Object.entries(defaultSettings)) {
    if (typeof value === "number") expect(shown[name]).toBe(String(value));
    if (typeof value === "string" && !value.includes("example")) expect(shown[name]).toBe(`\`${value}\``);
  }
});

test("and every limit with its default", () => {
  expect(Object.fromEntries(rows(limits))).toEqual(
    Object.fromEntries(Object.entries(defaultSettings.limits).map(([name, limit]) => [name, `\`${limit}\``])),
  );
});
