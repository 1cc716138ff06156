import { describe, expect, test } from "vitest";
import { english } from "../../../../web/element/text/english.ts";
import { relative } from "../../../../web/element/text/relative.ts";
import { Words } from "../../../../web/element/text/words.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("a time in words", () => {
  test.for([
    [0, undefined],
    [-59_999, undefined],
    [-MINUTE, "1 minute ago"],
    [-59.9 * MINUTE, "59 minutes ago"],
    [-HOUR, "1 hour ago"],
    [-23.9 * HOUR, "23 hours ago"],
    [-DAY, "1 day ago"],
    [-20.9 * DAY, "20 days ago"],
    [-21 * DAY, "3 weeks ago"],
    [-59 * DAY, "8 weeks ago"],
    [-60 * DAY, "2 months ago"],
    [-364 * DAY, "12 months ago"],
    [-365 * DAY, "1 year ago"],
    [5 * DAY + 1, "in 5 days"],
  ] as const)("%s ms is %s", ([distance, words]) => {
    expect(relative("en", distance)).toBe(words);
  });

  test("is in the texts' own language", () => {
    expect(relative("de", -2 * MINUTE)).toBe("vor 2 Minuten");
    expect(new Words(undefined, "en").when("2026-11-25T10:00:00Z", Date.parse("2026-11-25T10:00:30Z"))).toBe(
      "just now",
    );
  });
});

describe("words", () => {
  test("fill in what a text names, as text or as the parts of a template", () => {
    const words = new Words(undefined, "en");
    expect(words.text("usedBy", { when: "now", who: "chat" })).toBe("Used now, by chat");
    const time = { template: true };
    expect(words.rich("usedBy", { when: time, who: "chat" })).toEqual(["Used ", time, ", by ", "chat", ""]);
  });

  test("count by the rules of the language", () => {
    expect(new Words(undefined, "en").text("times", { count: 1 })).toBe("1 time");
    expect(new Words(undefined, "en").text("times", { count: 1204 })).toBe("1,204 times");
    const polish = new Words(
      { language: "pl", times: { one: "{count} raz", few: "{count} razy", other: "{count} razy!" } },
      "pl",
    );
    expect([1, 3, 5].map((count) => polish.text("times", { count }))).toEqual(["1 raz", "3 razy", "5 razy!"]);
  });

  test("that are replaced leave the others as they are", () => {
    const words = new Words({ heading: "Your keys" }, "en");
    expect([words.text("heading"), words.text("manage")]).toEqual(["Your keys", "Manage"]);
  });

  test("write dates as the page's variant of their language does, and never in another", () => {
    const localeOf = (page: string, language?: string) =>
      new Words(language === undefined ? {} : { language }, page).locale;
    expect(localeOf("en-GB")).toBe("en-GB");
    expect(localeOf("de-AT")).toBe("en");
    expect(localeOf("de-AT", "de")).toBe("de-AT");
    expect(localeOf("no such language")).toBe("en");
    expect(localeOf("")).toBe("en");
  });

  test("of the default table name nothing that is not filled in somewhere", () => {
    const names = Object.values(english).flatMap((text) =>
      Object.values(typeof text === "string" ? [text] : text).flatMap((form: string) => [
        ...form.matchAll(/\{(\w+)\}/g),
      ]),
    );
    const known = ["provider", "other", "label", "when", "who", "what", "count", "wait", "code", "format"];
    expect([...new Set(names.map(([, name]) => name))].filter((name) => !known.includes(name ?? ""))).toEqual(
      [],
    );
  });
});
