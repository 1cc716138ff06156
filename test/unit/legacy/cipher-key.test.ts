import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { cipherKeyOf, legacyKdf } from "../../../lib/legacy/cipher-key.ts";

const hex = (...args: Parameters<typeof cipherKeyOf>) => cipherKeyOf(...args).toString("hex");

test("scrypt is RFC 7914's, by its own test vector", () => {
  const kdf = { ...legacyKdf, kdf: "scrypt", salt: "SodiumChloride" } as const;
  // Section 12, the third; of its 64 bytes the first 32.
  expect(hex("pleaseletmein", kdf)).toBe("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
});

test("PBKDF2 is RFC 7914's, by its own test vector", () => {
  const kdf = { ...legacyKdf, kdf: "pbkdf2-sha256", salt: "NaCl", iterations: 80_000 } as const;
  // Section 11, the second.
  expect(hex("Password", kdf)).toBe("4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56");
});

test("a hash, and a raw secret in hexadecimal, base64 or as it is, are what they say", () => {
  const bytes = createHash("sha256").update("secret").digest();
  const raw = { ...legacyKdf, kdf: "raw" } as const;
  expect(hex("secret", { ...legacyKdf, kdf: "sha256" })).toBe(bytes.toString("hex"));
  for (const encoding of ["hex", "base64", "base64url"] as const)
    expect(hex(bytes.toString(encoding), raw)).toBe(bytes.toString("hex"));
  expect(cipherKeyOf("x".repeat(32), raw).toString()).toBe("x".repeat(32));
});

test.each(["", "x", "x".repeat(31), "0".repeat(63), "x".repeat(64)])(
  "a raw secret of another length is refused and not quoted (%#)",
  (secret) => {
    const refused = () => cipherKeyOf(secret, { ...legacyKdf, kdf: "raw" });
    expect(refused).toThrow(expect.objectContaining({ code: "USAGE" }));
    if (secret.length > 2) expect(refused).not.toThrow(secret);
  },
);
