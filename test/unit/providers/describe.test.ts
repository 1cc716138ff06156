import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { providersAnswer } from "../../../lib/api/providers.ts";
import { describeProviders } from "../../../lib/providers/describe.ts";
import { registry } from "../../../lib/providers/registry.ts";
import { knownForms } from "./forms.ts";

const described = describeProviders();

test("what is said of the providers is in the described form, and survives JSON", () => {
  const answer: unknown = JSON.parse(JSON.stringify({ providers: described }));
  expect(z.safeParse(providersAnswer, answer)).toEqual({ success: true, data: answer });
});

describe.each(described)("the patterns of $id", ({ id, keyPattern = "", distinctivePrefix }) => {
  const pattern = new RegExp(keyPattern);

  test("match every known form whole, and nothing with more around it", () => {
    for (const form of knownForms[id]!)
      fc.assert(
        fc.property(form, (providerKey) => {
          expect(pattern.test(providerKey)).toBe(true);
          for (const more of [` ${providerKey}`, `${providerKey} `, `"${providerKey}"`, `${providerKey}\nx`])
            expect(pattern.test(more)).toBe(false);
        }),
        { numRuns: 20 },
      );
  });

  test("say all that the registry's do: those have no flags that a source would lose", () => {
    const { knownFormats, distinctivePrefix: prefix } = registry.find((one) => one.id === id)!;
    for (const { flags, source } of knownFormats)
      expect([flags, source]).toEqual(["", expect.stringMatching(/^\^.*\$$/)]);
    expect([distinctivePrefix, prefix?.flags ?? ""]).toEqual([prefix?.source, ""]);
    if (prefix) expect(prefix.source.startsWith("^")).toBe(true);
  });
});
