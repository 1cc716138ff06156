import fc from "fast-check";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { isWaxsealError } from "../../../lib/errors.ts";
import { cleanProviderKey } from "../../../lib/providers/clean.ts";
import { findProvider } from "../../../lib/providers/find.ts";
import { registeredProviders } from "../../../lib/providers/registered.ts";
import { registry, templates } from "../../../lib/providers/registry.ts";
import { Secret } from "../../../lib/secret.ts";
import { canaryKey, canaryProviders, legacyKey } from "../../support/keys.ts";
import { knownForms, newerForms } from "./forms.ts";

const all = [...registry, ...templates];
const ids = registry.map(({ id }) => id);
const anyKnown = fc.constantFrom(...ids).chain((id) => knownOf(id).map((text) => ({ id, text })));

function knownOf(id: string): fc.Arbitrary<string> {
  return fc.oneof(...knownForms[id]!);
}

function clean(id: string, text: string): { text: string; hasKnownFormat: boolean } {
  const { providerKey, hasKnownFormat } = cleanProviderKey(new Secret(text), findProvider(all, id));
  return { text: providerKey.exposeSecret(), hasKnownFormat };
}

function failure(id: string, text: string): unknown {
  try {
    clean(id, text);
  } catch (error) {
    return error;
  }
  return undefined;
}

test("there are forms of every registered provider, and no others", () => {
  expect(Object.keys(knownForms).toSorted()).toEqual(ids.toSorted());
  expect(Object.keys(newerForms).toSorted()).toEqual(ids.toSorted());
});

describe.each(ids)("%s", (id) => {
  test("every known form is accepted as it is", () => {
    fc.assert(
      fc.property(knownOf(id), (text) => {
        expect(clean(id, text)).toEqual({ text, hasKnownFormat: true });
      }),
    );
  });

  test("a newer form is accepted, and said not to be known", () => {
    fc.assert(
      fc.property(newerForms[id]!, (text) => {
        expect(clean(id, text)).toEqual({ text, hasKnownFormat: false });
      }),
    );
  });
});

const withBeginning = registry.filter(({ distinctivePrefix }) => distinctivePrefix !== undefined);

describe.each(withBeginning)("$id has a beginning of its own", ({ id, distinctivePrefix }) => {
  const others = all.filter((other) => other.id !== id).map((other) => other.id);

  test("by which its keys are known as its everywhere else", () => {
    const plainly = fc.oneof(knownOf(id), newerForms[id]!).filter((text) => distinctivePrefix!.test(text));
    fc.assert(
      fc.property(plainly, fc.constantFrom(...others), (text, other) => {
        expect(failure(other, text)).toMatchObject({
          code: "OTHER_PROVIDERS_KEY",
          provider: other,
          looksLike: id,
        });
      }),
      { numRuns: 300 },
    );
  });
});

test("every ordered pair of providers of which one has a beginning of its own is told apart", () => {
  const told = withBeginning.map(({ id }) => id);
  expect(told).toEqual([
    ...["openai", "anthropic", "google", "groq", "xai"],
    ...["openrouter", "together", "perplexity", "fireworks"],
  ]);
  for (const owner of told) {
    const [text] = fc.sample(knownForms[owner]!.at(owner === "openai" ? 2 : 0)!, 1);
    for (const other of all.filter(({ id }) => id !== owner))
      expect(failure(other.id, text!), `${owner} to ${other.id}`).toMatchObject({ looksLike: owner });
  }
});

test("keys that the tests make are accepted, the oldest of OpenAI's too", () => {
  for (const id of canaryProviders) expect(() => clean(id, canaryKey(id))).not.toThrow();
  expect(clean("openai", legacyKey()).hasKnownFormat).toBe(true);
  expect(failure("deepseek", legacyKey())).toMatchObject({ looksLike: "openai" });
});

describe("what pasting adds", () => {
  const INVISIBLE = Array.from(
    " \t\r\n\u00A0\u200B\u200D\u2060\uFEFF\u00AD\u202E\u2066\u3000\u2028\u0000\u0007\uFE0F\u3164\u2800",
  );
  const dressed: readonly (readonly [string, (text: string) => string])[] = [
    ["straight quotes", (text) => `"${text}"`],
    ["single quotes and a semicolon", (text) => `'${text}';`],
    ["curly quotes", (text) => `“${text}”`],
    ["backticks", (text) => `\`${text}\``],
    ["a scheme", (text) => `Bearer ${text}`],
    ["a scheme in another case", (text) => `bearer  ${text}\n`],
    ["an Authorization header", (text) => `Authorization: Bearer ${text}`],
    ["a header of its own", (text) => `x-api-key: ${text}`],
    ["Google's header", (text) => `x-goog-api-key:${text}`],
    ["Azure's header", (text) => `api-key: ${text}`],
    ["an argument of curl", (text) => `-H "Authorization: Bearer ${text}"`],
    ["an exported variable", (text) => `export OPENAI_API_KEY=${text}`],
    ["a quoted variable", (text) => `X_API_KEY="${text}"`],
    ["a variable of PowerShell", (text) => `$env:AZURE_OPENAI_KEY = "${text}"`],
    ["a line of JSON", (text) => `"apiKey": "${text}",`],
    ["a scheme with a zero-width space in it", (text) => `Bear\u200Ber ${text}`],
  ];

  test.each(dressed)("is taken off: %s", (_what, dress) => {
    fc.assert(
      fc.property(anyKnown, ({ id, text }) => {
        expect(clean(id, dress(text))).toEqual({ text, hasKnownFormat: true });
      }),
    );
  });

  test("is taken off when it cannot be seen, wherever it is", () => {
    const places = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...INVISIBLE)), { maxLength: 12 });
    fc.assert(
      fc.property(anyKnown, places, ({ id, text }, added) => {
        const pasted = added.reduce((sofar, [place, character]) => {
          const at = place % (sofar.length + 1);
          return sofar.slice(0, at) + character + sofar.slice(at);
        }, text);
        expect(clean(id, pasted).text).toBe(text);
      }),
    );
  });

  test("is gone after once: cleaning what was cleaned changes nothing", () => {
    const pieces = fc.constantFrom(
      ...["Bearer ", "key=", "token: ", "export ", '"', "“", "=", "-H ", "AIza", "sk-", " ", "\u200B"],
    );
    const pasted = fc
      .tuple(
        fc.array(pieces, { maxLength: 5 }),
        fc.oneof(
          anyKnown.map(({ text }) => text),
          fc.string(),
        ),
      )
      .map(([before, text]) => before.join("") + text);
    fc.assert(
      fc.property(fc.constantFrom(...all), pasted, ({ id }, text) => {
        let once: string;
        try {
          once = clean(id, text).text;
        } catch {
          return;
        }
        expect(clean(id, once).text).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("what is no provider key", () => {
  test.each([
    ...["", " ", "sk-", "sk-short", "hello", "my key", "true", "null", "Bearer", "Authorization: Bearer "],
    ...["export OPENAI_API_KEY=", "<your-key>", "sk-•••••••••••••••••••••••••", "\u200B\uFEFF"],
  ])("%j is refused by every registered provider", (text) => {
    for (const id of ids)
      expect(failure(id, text)).toMatchObject({ code: "INVALID_PROVIDER_KEY_FORMAT", provider: id });
  });

  test("letters of other alphabets, marks and controls within it are refused", () => {
    const odd = fc.constantFrom(...Array.from("éßЖ中!#%&*()<>[]{}|\\^@$?🔑"));
    fc.assert(
      fc.property(anyKnown, odd, fc.integer({ min: 4, max: 12 }), ({ id, text }, character, at) => {
        expect(failure(id, text.slice(0, at) + character + text.slice(at))).toBeDefined();
      }),
    );
  });

  test("a JSON web token is none, nor a bare sk- one for who has no such keys", () => {
    const token = `eyJ${"a".repeat(30)}.eyJ${"b".repeat(40)}.${"c".repeat(40)}`;
    for (const { id } of all)
      expect(failure(id, token)).toMatchObject({ code: "INVALID_PROVIDER_KEY_FORMAT" });
    for (const id of ["mistral", "cohere", "together", "fireworks", "azure-openai"])
      expect(failure(id, `sk-${"a1B2".repeat(8)}`)).toMatchObject({ code: "INVALID_PROVIDER_KEY_FORMAT" });
  });

  test("an error is one of two, and holds nothing of what was pasted", () => {
    const anyCharacter = fc.nat(0xffff).map((unit) => String.fromCharCode(unit));
    const inputs = fc.oneof(
      fc.string({ unit: anyCharacter, minLength: 8, maxLength: 200 }),
      anyKnown.map(({ text }) => text),
    );
    fc.assert(
      fc.property(fc.constantFrom(...all), inputs, ({ id }, text) => {
        const error = failure(id, text);
        if (error === undefined) return;
        const said = error as Record<string, unknown>;
        expect(["INVALID_PROVIDER_KEY_FORMAT", "OTHER_PROVIDERS_KEY"]).toContain(said["code"]);
        // The stack, which is slow to make, is looked at below.
        const names = Object.getOwnPropertyNames(said).filter((name) => name !== "stack");
        const printed = JSON.stringify(names.map((name) => said[name]));
        expect(printed).not.toContain(text);
        expect(printed).not.toContain(text.slice(3, 40));
      }),
    );
    const providerKey = canaryKey("anthropic");
    for (const text of [providerKey, `${providerKey}!`]) {
      const error = failure("openai", text);
      expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain("CANARY");
      expect(isWaxsealError(error) && error.cause === undefined).toBe(true);
    }
  });

  test("hostile inputs of a thousand characters end in an error or a format", () => {
    const starts = [
      ...[
        "sk-",
        "sk-a",
        "sk-ant-",
        "AIza",
        "AQ.",
        "gsk_",
        "xai-",
        "pplx-",
        "fw_",
        "tgp_v1_",
        "eyJ",
        "a",
        "=",
      ],
      ...[
        '"',
        "“",
        "' ",
        " ",
        "\u200B",
        "Bearer ",
        "bearer",
        "key=",
        "key: ",
        "export ",
        "-H ",
        "a-",
        "-",
        "_.",
      ],
    ];
    for (const start of starts)
      for (const end of ["", "!", '"', "=", " "]) {
        const text = start.repeat(1_000 / start.length) + end;
        for (const { id, leakPattern } of all) {
          const error = failure(id, text);
          expect(error === undefined || isWaxsealError(error)).toBe(true);
          leakPattern?.test(text);
        }
      }
  });

  test("what is longer than any provider key is refused", () => {
    for (const { id } of all)
      expect(failure(id, "a1".repeat(513))).toMatchObject({ code: "INVALID_PROVIDER_KEY_FORMAT" });
  });
});

describe("a custom provider", () => {
  const providers = registeredProviders({
    customProviders: {
      "openai-eu": { like: "openai", origins: ["https://eu.api.openai.com"] },
      "own-server": { like: "openai-compatible", origins: ["https://models.example"] },
    },
    proxyCalls: {},
    endpointOrigins: {},
  });
  const cleaned = (id: string, text: string) =>
    cleanProviderKey(new Secret(text), findProvider(providers, id)).providerKey.exposeSecret();

  test("takes the keys of the one that it is like, and not those of others", () => {
    const providerKey = canaryKey("openai");
    expect(cleaned("openai-eu", providerKey)).toBe(providerKey);
    expect(() => cleaned("openai-eu", canaryKey("anthropic"))).toThrow(
      expect.objectContaining({ code: "OTHER_PROVIDERS_KEY", provider: "openai-eu", looksLike: "anthropic" }),
    );
  });

  test("of the operator's takes any token, base64 too, but no provider's by mistake", () => {
    for (const text of ["sk-1234", `${"ab+/".repeat(8)}==`, `abckey=`])
      expect(cleaned("own-server", text)).toBe(text);
    for (const id of ["openai", "groq"] as const)
      expect(() => cleaned("own-server", canaryKey(id))).toThrow(expect.objectContaining({ looksLike: id }));
  });
});
