import { expect, test } from "vitest";
import { findProvider } from "../../../lib/providers/find.ts";
import { registry } from "../../../lib/providers/registry.ts";
import { testKey } from "../../../local/demo/test-key.ts";
import { refusalFor } from "../../../local/stand-in/refusal.ts";

test.each(["openai", "anthropic", "google"])(
  "a test key for %s has its format, and is another each time",
  (id) => {
    for (const isRefused of [false, true]) {
      const made = testKey(id, isRefused) ?? "";
      const { knownFormats } = findProvider(registry, id);
      expect(knownFormats.some((format) => format.test(made))).toBe(true);
      expect(refusalFor({ credential: made, method: "POST" })).toBe(isRefused ? "rejected" : undefined);
      expect(testKey(id, isRefused)).not.toBe(made);
    }
  },
);

test("there is none for another provider, nor for what every object has", () => {
  expect([testKey("none", false), testKey("constructor", false)]).toEqual([undefined, undefined]);
});
