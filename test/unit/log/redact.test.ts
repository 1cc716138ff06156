import fc from "fast-check";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { WaxsealError } from "../../../lib/errors.ts";
import { defaultPatterns } from "../../../lib/log/patterns.ts";
import { redact } from "../../../lib/log/redact.ts";
import { redactText } from "../../../lib/log/redact-text.ts";
import { registry } from "../../../lib/providers/registry.ts";
import { Secret } from "../../../lib/secret.ts";
import { canaryKey, legacyKey, type CanaryProvider } from "../../support/keys.ts";

const random = (length: number): string =>
  "x"
    .repeat(length)
    .replaceAll("x", () => "abcdefghijkmnopqrstuvwxyzABC0123456789".charAt(Math.random() * 38));

/** One of each form, made anew, with the part that must not survive. */
const forms: Readonly<Record<string, () => string>> = {
  OpenAI: () => canaryKey("openai"),
  "OpenAI, before 2024": legacyKey,
  "OpenAI service account": () => `sk-svcacct-${random(60)}`,
  Anthropic: () => canaryKey("anthropic"),
  Google: () => canaryKey("google"),
  "Google, newer": () => `AQ.${random(50)}`,
  Groq: () => canaryKey("groq"),
  xAI: () => canaryKey("xai"),
  OpenRouter: () => canaryKey("openrouter"),
  Together: () => canaryKey("together"),
  Perplexity: () => canaryKey("perplexity"),
  Fireworks: () => canaryKey("fireworks"),
  "JSON web token": () => `eyJ${random(30)}.eyJ${random(60)}.${random(43)}`,
  "AWS access key id": () => `ASIA${random(16).toUpperCase()}`,
  "AWS session token": () => `IQoJb3JpZ2lu${random(300)}`,
};
const anySecret = fc.constantFrom(...Object.values(forms)).map((make) => make());
const print = (value: unknown): string => JSON.stringify(redact(value));

describe("by pattern", () => {
  test.each(Object.entries(forms))("finds the form %s in the middle of a text", (_form, make) => {
    expect(redactText(`before ${make()} after`)).toBe("before [redacted] after");
  });

  test("finds every registered provider's leak pattern's form, in a text of word characters too", () => {
    for (const { id, leakPattern } of registry.filter((provider) => provider.leakPattern)) {
      const providerKey = canaryKey(id as CanaryProvider);
      expect(redactText(`a${providerKey} `), id).toBe("a[redacted] ");
      // DeepSeek's pattern is narrower than the marker; what it finds, OpenAI's finds too.
      const found = id === "deepseek" ? `sk-${"a1".repeat(16)}` : providerKey;
      expect(found).toMatch(leakPattern!);
      expect(redactText(`a${found} `), id).toBe("a[redacted] ");
    }
  });

  test("finds a provider's key that looks like any word by the name of its field", () => {
    for (const { id } of registry.filter((provider) => !provider.leakPattern)) {
      const providerKey = canaryKey(id as CanaryProvider);
      for (const text of [`api-key: ${providerKey}`, `Bearer ${providerKey}`, `{"apiKey":"${providerKey}"}`])
        expect(redactText(text), id).not.toContain(providerKey);
    }
  });

  test.each([
    ["Bearer abcdefgh12345678", "[redacted]"],
    ["bearer%20abcdefgh12345678", "[redacted]"],
    ["Authorization: Basic dXNlcjpwYXNzd29yZDEyMw==", "[redacted]"],
    ['{"apiKey":"short","provider":"openai"}', '{"[redacted]","provider":"openai"}'],
    ['{\\"api_key\\":\\"short\\"}', '{\\"[redacted]\\"}'],
    ["?api-key=short&page=2", "?[redacted]&page=2"],
    ["password = short", "[redacted]"],
  ])("redacts %s", (text, redacted) => {
    expect(redactText(text)).toBe(redacted);
  });

  test("redacts a private key in PEM, whole, cut off and with escaped line ends", () => {
    const [begin, end] = ["-----BEGIN RSA PRIVATE" + " KEY-----", "-----END RSA PRIVATE" + " KEY-----"];
    expect(redactText(`a ${begin}\n${random(64)}\n${end} b`)).toBe("a [redacted] b");
    expect(redactText(`a ${begin}\\n${random(64)}`)).toBe("a [redacted]");
  });

  test.each([
    "Saved openai/default for owner 5f2b8c",
    "The disk-management task-list is a risk-free asset",
    "basic authentication, bearer of news",
    "arn:aws:kms:us-east-1:111122223333:key/0d990263-018e-4e65-a703-eff731de951e",
    "A message of keys, tokens and secrets",
  ])("leaves what only looks a little like one: %s", (text) => {
    expect(redactText(text)).toBe(text);
  });

  test("takes patterns of the caller's, with or without flags, at every call alike", () => {
    const patterns = [/zebra\d+/, /lion/gy];
    for (let call = 0; call < 3; call++)
      expect(redactText("zebra1 lion zebra2", patterns)).toBe("[redacted] [redacted] [redacted]");
  });

  test("reads hostile texts of 64 kB in linear time: no pattern takes longer than a second", () => {
    const starts = [
      "eyJ",
      "sk-",
      "sk-a",
      "fw_",
      "tgp_v1_",
      "gsk_a",
      "AQ.",
      "Bearer ",
      "Bearer +",
      "secret ",
      "secret: ",
      "-----BEGIN ",
      "a.",
      " ",
    ];
    for (const start of starts) {
      const text = start.repeat(65_536 / start.length);
      const begun = performance.now();
      redactText(text, defaultPatterns);
      expect(performance.now() - begun, start).toBeLessThan(1_000);
    }
  });
});

describe("wherever it is planted", () => {
  test("no secret survives in a value at any depth", () => {
    fc.assert(
      fc.property(
        anySecret,
        fc.array(fc.tuple(fc.constantFrom("object", "array", "map", "set"), fc.string())),
        (secret, path) => {
          const planted = path.reduce<unknown>((inner, [kind, name]) => {
            if (kind === "object") return { before: 1, [name]: inner };
            if (kind === "map") return new Map([[name, inner]]);
            return kind === "set" ? new Set([1, inner]) : ["x", inner, "y"];
          }, `at ${secret}.`);
          expect(print(planted)).not.toContain(secret.slice(4, 24));
        },
      ),
    );
  });

  test("no secret survives as the name of a field, in objects or maps", () => {
    fc.assert(
      fc.property(anySecret, fc.jsonValue(), (secret, value) => {
        const planted = { a: { [secret]: value, [`x ${secret}`]: value }, b: new Map([[secret, value]]) };
        expect(print(planted)).not.toContain(secret.slice(4, 24));
      }),
    );
  });

  test("no secret survives in pieces over neighbouring fields or elements", () => {
    const cuts = fc.array(fc.nat(40), { minLength: 1, maxLength: 5 });
    const around = fc.constantFrom("", "text ", "a: ");
    fc.assert(
      fc.property(anySecret, cuts, around, (secret, places, before) => {
        const sorted = [0, ...places.toSorted((a, b) => a - b), secret.length];
        const pieces = sorted.slice(1).map((end, index) => secret.slice(sorted[index], end));
        const fields = Object.fromEntries(pieces.map((piece, index) => [`field${index}`, piece]));
        for (const planted of [pieces, fields, { message: before, pieces }, [{ a: fields }, "after"]]) {
          const printed = print(planted);
          for (const piece of pieces.filter((one) => one.length > 6)) expect(printed).not.toContain(piece);
        }
      }),
    );
  });

  test("nothing survives under a secret's name, whatever it is, in any spelling", () => {
    const names = fc.constantFrom(
      ...["authorization", "Cookie", "set-cookie", "apiKey", "API_KEY", "x-api-key", "x-goog-api-key"],
      ...[
        "providerKey",
        "data_key",
        "plaintext",
        "Plaintext",
        "ciphertext",
        "wrappedDataKey",
        "CiphertextBlob",
      ],
      ...[
        "body",
        "rawBody",
        "headers",
        "token",
        "idToken",
        "password",
        "userPassword",
        "secret",
        "clientSecret",
      ],
      ...["apiKeys", "encryptedOpenAIKey", "awsSecretAccessKey"],
    );
    const value = fc.oneof(
      fc.constant("marker-7"),
      fc.constant(["marker-7"]),
      fc.constant({ deep: { a: "marker-7" } }),
    );
    fc.assert(
      fc.property(names, value, fc.nat(5), (name, planted, depth) => {
        let around: unknown = { [name]: planted };
        for (let level = 0; level < depth; level++) around = [{ around }];
        expect(print(around)).not.toContain("marker-7");
        expect(print(new Map([[name, planted]]))).not.toContain("marker-7");
        expect(print({ list: [name, planted] })).not.toContain("marker-7");
        expect(print([{ name, value: planted }])).not.toContain("marker-7");
      }),
    );
  });

  test("anything at all becomes JSON of bounded size, without throwing", () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withSparseArray: true,
          withNullPrototype: true,
          withBoxedValues: true,
        }),
        (value) => {
          expect(print(value).length).toBeLessThan(1_000_000);
        },
      ),
    );
  });
});

describe("by type", () => {
  test("a Secret, bytes and functions print nothing of their content", () => {
    const planted = {
      held: new Secret("marker-7"),
      bytes: Buffer.from("marker-7"),
      view: new DataView(new ArrayBuffer(4)),
    };
    expect(redact(planted)).toEqual({ held: "[redacted]", bytes: "[8 bytes]", view: "[4 bytes]" });
    expect(redact([() => "marker-7", Symbol("marker-7"), undefined])).toEqual([
      "[function]",
      "[symbol]",
      null,
    ]);
  });

  test("an error is its name, code, request id and status: no message, stack, cause or field of its own", () => {
    const error = Object.assign(new TypeError("marker-7", { cause: new Error("marker-7") }), {
      code: "ECONNRESET",
      input: "marker-7",
      $metadata: { requestId: "a-1", httpStatusCode: 400, extendedRequestId: "marker-7" },
    });
    const printed = { name: "TypeError", code: "ECONNRESET", requestId: "a-1", httpStatusCode: 400 };
    expect(redact({ failed: error })).toEqual({ failed: printed });
  });

  test("an error that is built to be printed, or whose name is a text, says nothing", () => {
    const error = Object.assign(new Error("x"), {
      name: "marker-7 {}",
      code: "marker-7 {}",
      toJSON: () => "marker-7",
    });
    expect(redact(error)).toEqual({ name: "Unknown" });
    const named = Object.assign(new Error("x"), { name: canaryKey("openai") });
    expect(redact(named)).toEqual({ name: "[redacted]" });
  });

  test("an error of ours says which AWS call failed", () => {
    const aws = {
      service: "kms",
      operation: "Decrypt",
      error: "ThrottlingException",
      requestId: "a-1",
    } as const;
    const printed = { name: "WaxsealError", code: "KMS_UNAVAILABLE", aws, provider: "openai" };
    expect(redact(new WaxsealError("KMS_UNAVAILABLE", { aws, provider: "openai" }))).toEqual(printed);
  });

  test("a flag with a secret's name is printed, since it says only whether there is one", () => {
    expect(redact({ apiKey: true, password: null })).toEqual({ apiKey: true, password: null });
  });
});

describe("hostile values", () => {
  test("getters and toJSON are not called, and proxies that throw are named", () => {
    const calls: string[] = [];
    const planted = {
      get trap(): string {
        calls.push("get");
        throw new Error("marker-7");
      },
      toJSON: () => calls.push("toJSON"),
      [inspect.custom]: () => calls.push("inspect"),
      proxy: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error("marker-7");
          },
        },
      ),
    };
    expect(redact(planted)).toEqual({ trap: "[getter]", toJSON: "[function]", proxy: "[unreadable]" });
    expect(calls).toEqual([]);
  });

  test("cycles, depth, breadth and length end", () => {
    const cycle: Record<string, unknown> = { name: "a" };
    cycle["self"] = cycle;
    expect(redact(cycle)).toEqual({ name: "a", self: "[circular]" });
    expect(print(Array.from({ length: 100 }).reduce((inner) => [inner], "x"))).toContain("[too deep]");
    expect((redact(Array.from({ length: 5_000 }, () => 1)) as unknown[]).length).toBeLessThanOrEqual(1_000);
    expect(redact("x".repeat(1_000_000))).toBe("[cut: 1000000 characters]");
    expect(redact({ long: "y ".repeat(2_000), after: "kept" })).toMatchObject({ after: "kept" });
  });

  test("a cut never leaves the first half of a secret", () => {
    const providerKey = canaryKey("anthropic");
    for (let at = 1_900; at < 2_060; at += 7)
      expect(redactText(" ".repeat(at) + providerKey)).not.toContain(providerKey.slice(0, 20));
  });

  test("two names that are redacted to the same text stay two fields, and __proto__ is a field", () => {
    const planted = JSON.parse('{"__proto__":{"polluted":1}}') as object;
    expect(print(planted)).toBe('{"__proto__":{"polluted":1}}');
    expect(print({ [canaryKey("openai")]: 1, [canaryKey("openai")]: 2 })).toBe(
      '{"[redacted]":1,"[redacted] 2":2}',
    );
  });
});
