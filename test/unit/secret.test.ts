import { expect, test } from "vitest";
import { Secret } from "../../lib/secret.ts";
import { canaryKey } from "../support/keys.ts";

test("two secrets are equal when their texts are, and only then", () => {
  const text = canaryKey();
  expect(new Secret(text).equals(new Secret(text.slice()))).toBe(true);
  for (const other of [`${text}x`, text.slice(1), text.toLowerCase(), "", "\ud800"])
    expect(new Secret(text).equals(new Secret(other))).toBe(false);
  // UTF-8 has one replacement for every lone surrogate.
  expect(new Secret("\ud800").equals(new Secret("\ud801"))).toBe(false);
});
