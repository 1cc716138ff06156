import { createCipheriv, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ValueForm } from "../../lib/legacy/value.ts";
import { CANARY } from "./keys.ts";

/** Of `test/vectors/legacy/make_rows.py`. */
export const vectorSecret = "the legacy secret of the test vectors";

export const legacyForm: ValueForm = { shape: "iv:ct", encoding: "hex" };

/** A connection string with a password that no output may have: made here, so that no file holds one. */
export function connectionString(server: string, scheme = "postgres"): string {
  return `${scheme}://${["postgres", CANARY].join(":")}@${server}/postgres`;
}

/** A value as a legacy application writes it. */
export function legacyValue(
  text: string | Uint8Array,
  cipherKey: Uint8Array,
  { shape, encoding }: ValueForm = legacyForm,
  ivBytes = 16,
): string {
  const iv = randomBytes(ivBytes);
  const plaintext = Buffer.from(text as Uint8Array);
  if (shape === "iv:ct") {
    const cipher = createCipheriv("aes-256-cbc", cipherKey, iv);
    return join(encoding, iv, cipher.update(plaintext), cipher.final());
  }
  const cipher = createCipheriv("aes-256-gcm", cipherKey, iv);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]).toString(encoding);
  const tag = cipher.getAuthTag().toString(encoding);
  const parts = { "iv:tag:ct": [tag, ciphertext], "iv:ct:tag": [ciphertext, tag] }[shape];
  return [iv.toString(encoding), ...parts].join(":");
}

function join(encoding: ValueForm["encoding"], iv: Buffer, ...ciphertext: readonly Buffer[]): string {
  return `${iv.toString(encoding)}:${Buffer.concat(ciphertext).toString(encoding)}`;
}

/** What becomes of a column; `sha256`: the first 16 hexadecimal digits, of what it opens to. */
export interface ExpectedValue {
  readonly outcome: string;
  readonly looksLike?: string;
  readonly sha256?: string;
}

/** Of a line of the vectors; without `id` it cannot be read. What is empty is left out. */
export interface ExpectedLine {
  readonly line: number;
  readonly id?: string;
  readonly values: Readonly<Record<string, ExpectedValue>>;
}

const folder = new URL("../vectors/legacy/", import.meta.url);

export const vectorFile = new URL("rows.jsonl", folder);

export function vectorLines(): string[] {
  return readFileSync(vectorFile, "utf8").trimEnd().split("\n");
}

export function expectedLines(): ExpectedLine[] {
  const lines = readFileSync(new URL("expected.jsonl", folder), "utf8").trimEnd().split("\n");
  return lines.map((text) => {
    const { line, id, ...values } = JSON.parse(text) as { line: number; id?: string } & Record<string, never>;
    return { line, ...(id !== undefined && { id }), values };
  });
}
