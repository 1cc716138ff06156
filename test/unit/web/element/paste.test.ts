import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanProviderKey } from "../../../../lib/providers/clean.ts";
import { describeProviders } from "../../../../lib/providers/describe.ts";
import { registry } from "../../../../lib/providers/registry.ts";
import type { Provider } from "../../../../lib/providers/provider.ts";
import { Secret } from "../../../../lib/secret.ts";
import type { ProviderDescription } from "../../../../web/client/index.ts";
import { clean } from "../../../../web/element/paste/clean.ts";
import { isPastedKey, judge } from "../../../../web/element/paste/judge.ts";
import { canaryKey, canaryProviders } from "../../../support/keys.ts";

/** Takes anything, and has a beginning that everything has: what the API made of the text comes back. */
const anything: Provider = {
  ...registry[0]!,
  knownFormats: [/^[^]*$/],
  plausibleFormat: /^[^]*$/,
  distinctivePrefix: /^/,
};

function cleanedByTheApi(text: string): string {
  return cleanProviderKey(new Secret(text), anything).providerKey.exposeSecret();
}

describe("cleaning", () => {
  const dressings = [
    "",
    " ",
    "\n",
    "\t",
    '"',
    "'",
    "`",
    "“",
    "Bearer ",
    "bearer bearer ",
    "\u200b",
    "\ufeff",
    "\u00ad",
  ];
  const names = [
    "OPENAI_API_KEY=",
    "export X_KEY=",
    '"apiKey": ',
    "Authorization: ",
    "-H Authorization: Bearer ",
    "$env:A_KEY = ",
  ];
  const piece = fc.oneof(
    fc.constantFrom(...dressings, ...names, ",", ";", "=", ":"),
    fc.constantFrom(...canaryProviders).map((provider) => canaryKey(provider)),
    fc.string({ unit: "grapheme", maxLength: 6 }),
  );

  test("gives what the API stores, whatever is pasted", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 7 }), (pieces) => {
        const pasted = pieces.join("");
        fc.pre(pasted.length <= 1024);
        expect(clean(pasted).text).toBe(cleanedByTheApi(pasted));
      }),
      { numRuns: 2000 },
    );
  });

  test("says of each kind that it was taken away, and nothing where nothing was", () => {
    const providerKey = canaryKey();
    const removed = (text: string) => clean(text).removed;
    expect(removed(providerKey)).toEqual([]);
    expect(removed(` ${providerKey}`)).toEqual(["spaces"]);
    expect(removed(`${providerKey.slice(0, 9)}\n${providerKey.slice(9)}`)).toEqual(["spaces"]);
    expect(removed(`'${providerKey}',`)).toEqual(["quotes"]);
    expect(removed(`OPENAI_API_KEY=${providerKey}`)).toEqual(["name"]);
    expect(removed(`Authorization: Bearer ${providerKey}\u200b`)).toEqual(["invisible", "name", "scheme"]);
  });
});

const described: readonly ProviderDescription[] = describeProviders(registry).map((one) => {
  const { knownFormats, distinctivePrefix } = registry.find(({ id }) => id === one.id)!;
  return {
    ...one,
    keyPattern: knownFormats.map(({ source }) => source).join("|"),
    ...(distinctivePrefix && { distinctivePrefix: distinctivePrefix.source }),
  };
});
const named = (id: string) => described.find((one) => one.id === id)!;

describe("judging", () => {
  test("a key of each provider fits it, or is in no known form; none is taken for another's", () => {
    for (const id of canaryProviders)
      expect([id, judge(canaryKey(id), named(id), described).is]).toEqual([
        id,
        // Their test keys have a marker that is no hexadecimal digit, or no lower case.
        ["deepseek", "openrouter"].includes(id) ? "unfamiliar" : "fits",
      ]);
  });

  test("a beginning that only another provider's keys have says whose it is", () => {
    expect(judge(canaryKey("anthropic"), named("openai"), described)).toEqual({
      is: "others",
      looksLike: named("anthropic"),
    });
    expect(judge(canaryKey("mistral"), named("openai"), described)).toEqual({ is: "unfamiliar" });
  });

  test("an operator's own provider takes the keys of the one that it is like", () => {
    const own = { ...named("anthropic"), id: "anthropic-eu" };
    expect(judge(canaryKey("anthropic"), own, [...described, own])).toEqual({ is: "fits" });
  });

  test("nothing is empty, and more than 1024 characters are too long", () => {
    expect(judge("", named("openai"), described)).toEqual({ is: "empty" });
    expect(judge("a".repeat(1025), named("openai"), described)).toEqual({ is: "too_long" });
  });

  test("an API that gives no patterns, or ones that cannot be read, warns of nothing", () => {
    const { keyPattern: _pattern, distinctivePrefix: _prefix, ...plain } = named("openai");
    expect(judge("anything", plain, [plain])).toEqual({ is: "fits" });
    expect(judge("anything", plain, [{ ...plain, distinctivePrefix: "(" }])).toEqual({ is: "fits" });
  });

  test("a label is taken for a key only if it begins as one and is as long", () => {
    expect(isPastedKey(` ${canaryKey("openai")}`, described)).toBe(true);
    expect(isPastedKey(canaryKey("groq"), described)).toBe(true);
    for (const label of ["", "sk-ant-", "Work", "The key of the team that does sk-ant- things"])
      expect([label, isPastedKey(label, described)]).toEqual([label, false]);
  });
});
