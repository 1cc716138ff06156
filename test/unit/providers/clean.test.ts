import { describe, expect, test } from "vitest";
import { cleanProviderKey } from "../../../lib/providers/clean.ts";
import { findProvider } from "../../../lib/providers/find.ts";
import { providers } from "../../../lib/providers/registry.ts";
import { Secret } from "../../../lib/secret.ts";

const x = (count: number) => "xY_9".repeat(Math.ceil(count / 4)).slice(0, count);
const samples = {
  openai: [`sk-${x(48)}`, `sk-proj-${x(156)}`, `sk-svcacct-${x(100)}`, `sk-${x(20)}`],
  anthropic: [`sk-ant-api03-${x(95)}`, `sk-ant-${x(40)}`],
  google: [`AIza${x(35)}`, `AQ.${x(50)}`],
};
const all = Object.entries(samples).flatMap(([id, texts]) => texts.map((text) => ({ id, text })));

const clean = (id: string, text: string) =>
  cleanProviderKey(new Secret(text), findProvider(id)).exposeSecret();

describe.each(all)("a $id key of $text.length characters", ({ id, text }) => {
  test("is accepted as it is", () => {
    expect(clean(id, text)).toBe(text);
  });

  test.each([
    ["spaces and line ends", ` \t${text}\r\n`],
    ["zero-width characters and a BOM", `\uFEFF${text.slice(0, 9)}\u200B${text.slice(9)}\u2060\u00AD`],
    ["straight quotes", `"${text}"`],
    ["curly quotes", `“${text}”`],
    ["a copied Bearer", `Bearer ${text}`],
    ["a copied header", `Authorization: Bearer ${text}`],
    ["a line wrap in the middle", `${text.slice(0, 11)}\n${text.slice(11)}`],
  ])("is found under %s", (_what, pasted) => {
    expect(clean(id, pasted)).toBe(text);
  });

  test("is called another provider's elsewhere", () => {
    for (const other of providers.filter((provider) => provider.id !== id)) {
      expect(() => clean(other.id, text)).toThrow(
        expect.objectContaining({ code: "OTHER_PROVIDERS_KEY", provider: other.id }),
      );
    }
  });

  test("is found by its provider's leak pattern, within other text", () => {
    expect(findProvider(id).leakPattern.exec(`before=${text};after`)?.[0]).toContain(text.slice(0, 19));
  });
});

test.each([
  "",
  "sk-",
  "sk-short",
  "hello",
  `sk-${x(30)}!`,
  `sk-${x(30)}é`,
  "x".repeat(5000),
  `sk-${x(2000)}`,
])("%j is refused with a constant error", (text) => {
  expect(() => clean("openai", text)).toThrow(
    expect.objectContaining({
      code: "INVALID_PROVIDER_KEY_FORMAT",
      message: "This is not the provider's API key format",
    }),
  );
});
