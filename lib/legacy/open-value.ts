import { createDecipheriv } from "node:crypto";
import { Secret } from "../secret.ts";
import type { LegacyBytes } from "./value.ts";

/** What came of it: the text, or why there is none. */
export type OpenedValue = Secret | "wrongKey" | "notText";

/** What no provider key has, and what random bytes of a few blocks have for certain. Blanks around it are pasted. */
const CONTROL = /\p{Cc}/u;

/**
 * Decrypts, and judges what comes out. Without a MAC a wrong cipher key passes the padding check about once in 230
 * tries, so that bytes which are no text mean a wrong cipher key. GCM's tag proves that it is the right one.
 *
 * The text is a `Secret` from here on, and no error leaves this file.
 */
export function openValue(bytes: LegacyBytes, cipherKey: Uint8Array): OpenedValue {
  const plaintext = decrypt(bytes, cipherKey);
  if (!plaintext) return "wrongKey";
  const text = textOf(plaintext);
  plaintext.fill(0);
  if (text === undefined) return bytes.tag ? "notText" : "wrongKey";
  return new Secret(text);
}

function decrypt({ iv, ciphertext, tag }: LegacyBytes, cipherKey: Uint8Array): Buffer | undefined {
  const decipher = tag
    ? createDecipheriv("aes-256-gcm", cipherKey, iv, { authTagLength: 16 }).setAuthTag(tag)
    : createDecipheriv("aes-256-cbc", cipherKey, iv);
  const parts: Buffer[] = [];
  try {
    parts.push(decipher.update(ciphertext));
    parts.push(decipher.final());
    return Buffer.concat(parts);
  } catch {
    return undefined;
  } finally {
    for (const part of parts) part.fill(0);
  }
}

function textOf(plaintext: Buffer): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plaintext);
    return CONTROL.test(text.trim()) ? undefined : text;
  } catch {
    return undefined;
  }
}
