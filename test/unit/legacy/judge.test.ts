import { createDecipheriv, createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { cipherKeyOf, legacyKdf } from "../../../lib/legacy/cipher-key.ts";
import { legacyColumns, parseColumns } from "../../../lib/legacy/columns.ts";
import { jsonLinesRows } from "../../../lib/legacy/json-lines.ts";
import { judge, type Verdict } from "../../../lib/legacy/judge.ts";
import { encodings, parseValue, shapes } from "../../../lib/legacy/value.ts";
import { findProvider } from "../../../lib/providers/find.ts";
import { registry } from "../../../lib/providers/registry.ts";
import { canaryKey } from "../../support/keys.ts";
import {
  expectedLines,
  legacyForm,
  legacyValue,
  vectorLines,
  vectorSecret,
  type ExpectedValue,
} from "../../support/legacy-values.ts";

const openai = findProvider(registry, "openai");
const cipherKey = randomBytes(32);
const cipher = { ...legacyForm, cipherKey };

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** As the vectors say it. */
function toldOf(verdict: Verdict): ExpectedValue {
  if (verdict.outcome !== "providerKey") return verdict;
  return { outcome: "imported", sha256: sha256(verdict.providerKey.exposeSecret()) };
}

test("a thousand rows of OpenSSL and Python's scrypt are judged as their maker knows them", async () => {
  const vectors = { ...legacyForm, cipherKey: cipherKeyOf(vectorSecret, legacyKdf) };
  const columns = parseColumns(legacyColumns);
  const names = columns.map(({ column }) => column);
  const expected = expectedLines();
  const judged: unknown[] = [];
  for await (const { line, id, values } of jsonLinesRows(chunked(vectorLines()), "id", names)) {
    const told = columns
      .map(
        ({ column, provider }, index) => [column, toldOf(judge(values[index], vectors, provider))] as const,
      )
      .filter(([, { outcome }]) => outcome !== "empty");
    judged.push(id === undefined ? { line, values: {} } : { line, id, values: Object.fromEntries(told) });
  }
  expect(judged).toEqual(expected);
  const outcomes = expected.flatMap(({ values }) => Object.values(values)).map(({ outcome }) => outcome);
  const count = (outcome: string) => outcomes.filter((one) => one === outcome).length;
  expect(["imported", "wrongKey", "notAKey", "malformed"].map(count)).toEqual([1273, 50, 50, 50]);
});

/** In pieces that end where they will. */
async function* chunked(lines: readonly string[]) {
  const bytes = Buffer.from(`${lines.join("\n")}\n`);
  for (let at = 0; at < bytes.byteLength; at += 977) yield bytes.subarray(at, at + 977);
}

test("of thousands of values under another cipher key, those that pass the padding check are found too", () => {
  const other = randomBytes(32);
  let passedPadding = 0;
  for (let count = 0; count < 6000; count += 1) {
    const value = legacyValue(canaryKey("openai"), other);
    const { iv, ciphertext } = parseValue(value, legacyForm)!;
    const decipher = createDecipheriv("aes-256-cbc", cipherKey, iv);
    decipher.update(ciphertext);
    try {
      decipher.final();
      passedPadding += 1;
    } catch {
      // 255 of 256
    }
    expect(judge(value, cipher, openai)).toEqual({ outcome: "wrongKey" });
  }
  // So the check of the text was needed.
  expect(passedPadding).toBeGreaterThan(0);
});

describe.each(shapes)("a value of the form %s", (shape) => {
  test.each(encodings)("in %s opens to what was encrypted, with any of its IV lengths", (encoding) => {
    const form = { shape, encoding };
    for (const ivBytes of shape === "iv:ct" ? [16] : [12, 16]) {
      const providerKey = canaryKey("openai");
      const value = legacyValue(providerKey, cipherKey, form, ivBytes);
      expect(toldOf(judge(value, { ...form, cipherKey }, openai))).toEqual({
        outcome: "imported",
        sha256: sha256(providerKey),
      });
    }
  });

  test("is malformed in every other form", () => {
    const value = legacyValue(canaryKey("openai"), cipherKey, { shape, encoding: "hex" });
    const others = shapes.filter((one) => one !== shape && (shape === "iv:ct" || one === "iv:ct"));
    for (const other of others)
      expect(judge(value, { shape: other, encoding: "hex", cipherKey }, openai)).toEqual({
        outcome: "malformed",
      });
  });

  test("under another cipher key, or with a bit changed, is of the wrong key", () => {
    const form = { shape, encoding: "hex" } as const;
    const value = legacyValue(canaryKey("openai"), cipherKey, form);
    const other = { ...form, cipherKey: randomBytes(32) };
    expect(judge(value, other, openai)).toEqual({ outcome: "wrongKey" });
    if (shape === "iv:ct") return;
    const parts = value.split(":");
    for (const index of parts.keys()) {
      const changed = parts.with(index, flipped(parts[index]!)).join(":");
      expect(judge(changed, { ...form, cipherKey }, openai)).toEqual({ outcome: "wrongKey" });
    }
  });
});

function flipped(hex: string): string {
  const bytes = Buffer.from(hex, "hex");
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
  return bytes.toString("hex");
}

describe("a damaged value", () => {
  const whole = legacyValue(canaryKey("openai"), cipherKey);
  const [iv, ciphertext] = whole.split(":") as [string, string];

  test.each([
    ["cut by a digit", whole.slice(0, -1)],
    ["cut by a byte", whole.slice(0, -2)],
    ["without its separator", iv + ciphertext],
    ["with a part more", `${whole}:00`],
    ["with an empty part", `${iv}:`],
    ["without an IV", `:${ciphertext}`],
    ["with a short IV", `${iv.slice(2)}:${ciphertext}`],
    ["with a long IV", `${iv}00:${ciphertext}`],
    ["with what is no digit", `${whole.slice(0, -1)}g`],
    ["with a blank", ` ${whole}`],
    ["with a line's end", `${whole}\n`],
    ["that is only blank", " "],
    ["in base64", Buffer.from(whole).toString("base64")],
    ["of an object", { iv, ciphertext }],
    ["of a number", 7],
    ["of a truth value", false],
    ["of any length", `${iv}:${ciphertext.repeat(200)}`],
  ])("%s is malformed", (_what, value) => {
    expect(judge(value, cipher, openai)).toEqual({ outcome: "malformed" });
  });

  test.each([[undefined], [null], [""]])("that is none (%s) is empty", (value) => {
    expect(judge(value, cipher, openai)).toEqual({ outcome: "empty" });
  });

  test.each([
    ["bytes that are no UTF-8", Buffer.from([0x73, 0x6b, 0xff, 0xfe])],
    ["a zero byte", "sk-\0"],
    ["an escape character", "sk-\u001b[31m"],
    ["a control character of the second set", "sk-\u0085x"],
  ])("that decrypts to %s is of the wrong key; where a tag proved the key, it is none", (_what, text) => {
    expect(judge(legacyValue(text, cipherKey), cipher, openai)).toEqual({ outcome: "wrongKey" });
    const form = { shape: "iv:tag:ct", encoding: "hex" } as const;
    const value = legacyValue(text, cipherKey, form);
    expect(judge(value, { ...form, cipherKey }, openai)).toEqual({ outcome: "notAKey" });
  });

  test("that opens to other text is no key, and whose it looks like is said", () => {
    for (const text of ["", "ask the administrator", "•".repeat(24), canaryKey("openai").slice(0, 9)])
      expect(judge(legacyValue(text, cipherKey), cipher, openai)).toEqual({ outcome: "notAKey" });
    const other = legacyValue(canaryKey("anthropic"), cipherKey);
    expect(judge(other, cipher, openai)).toEqual({ outcome: "notAKey", looksLike: "anthropic" });
  });
});

test("what was pasted around a key is removed, as a save removes it", () => {
  const providerKey = canaryKey("openai");
  for (const pasted of [`${providerKey}\r\n`, ` ${providerKey}`, `"${providerKey}"`, `\ufeff${providerKey}`])
    expect(toldOf(judge(legacyValue(pasted, cipherKey), cipher, openai))).toEqual({
      outcome: "imported",
      sha256: sha256(providerKey),
    });
});
