import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeAssociatedData, encodeStrings } from "../../../lib/envelope/associated-data.ts";
import { open, seal, type SealPurpose } from "../../../lib/envelope/envelope.ts";
import { suites, type CipherSuite } from "../../../lib/envelope/suites.ts";
import { Secret } from "../../../lib/secret.ts";
import { memoryKeyring } from "../../support/memory-keyring.ts";

const bothSuites = Object.keys(suites) as CipherSuite[];
const purpose: SealPurpose = {
  encryptionContext: {
    purpose: "waxseal/provider-key",
    stage: "test",
    ownerId: "owner",
    slot: "openai/default",
  },
  endpointId: "openai-1",
};

describe.each(bothSuites)("%s", (suite) => {
  test("opens what it sealed, whatever the text", async () => {
    const keyring = memoryKeyring();
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(text, fc.string(), fc.string(), async (plaintext, ownerId, endpointId) => {
        const own = { encryptionContext: { ...purpose.encryptionContext, ownerId }, endpointId };
        const { sealed } = await seal(new Secret(plaintext), own, suite, keyring);
        const opened = await open(sealed, own, bothSuites, keyring);
        expect(opened.exposeSecret()).toBe(plaintext.toWellFormed());
      }),
    );
  });

  test("seals under a new data key, IV and seal id every time", async () => {
    const keyring = memoryKeyring();
    const seals = await Promise.all(
      Array.from({ length: 100 }, () => seal(new Secret("the same"), purpose, suite, keyring)),
    );
    for (const field of ["iv", "sealId", "wrappedDataKey", "ciphertext", "tag"] as const) {
      expect(new Set(seals.map(({ sealed }) => Buffer.from(sealed[field]).toString("hex"))).size).toBe(100);
    }
  });

  test("leaves no data key in memory that it was given, sealed or opened or refused", async () => {
    const keyring = memoryKeyring();
    const { sealed } = await seal(new Secret("plaintext"), purpose, suite, keyring);
    await open(sealed, purpose, bothSuites, keyring);
    await expect(
      open({ ...sealed, sealId: "A".repeat(22) }, purpose, bothSuites, keyring),
    ).rejects.toMatchObject({ code: "DECRYPT_FAILED" });
    expect([keyring.generated.length, keyring.unwrapped.length]).toEqual([1, 2]);
    for (const dataKey of [...keyring.generated, ...keyring.unwrapped]) {
      expect(dataKey.every((byte) => byte === 0)).toBe(true);
    }
  });

  test("is refused with its own code, before KMS is asked, once it is not among the suites that are read", async () => {
    const keyring = memoryKeyring();
    const { sealed } = await seal(new Secret("plaintext"), purpose, suite, keyring);
    const others = bothSuites.filter((other) => other !== suite);
    await expect(open(sealed, purpose, others, keyring)).rejects.toMatchObject({ code: "SUITE_REFUSED" });
    expect(keyring.unwrapped).toEqual([]);
  });

  test("is refused under a data key of another length", async () => {
    const keyring = memoryKeyring();
    const { sealed } = await seal(new Secret("plaintext"), purpose, suite, keyring);
    const short = { unwrapDataKey: () => Promise.resolve(randomBytes(16)) };
    await expect(open(sealed, purpose, bothSuites, short)).rejects.toMatchObject({ code: "DECRYPT_FAILED" });
  });

  test("is refused with an IV, tag or version of another form before KMS is asked", async () => {
    const keyring = memoryKeyring();
    const { sealed } = await seal(new Secret("plaintext"), purpose, suite, keyring);
    const misshapen = [
      { iv: Buffer.concat([sealed.iv, Buffer.alloc(1)]) },
      { iv: sealed.iv.subarray(1) },
      { tag: sealed.tag.subarray(0, 12) },
      { tag: new Uint8Array(0) },
      { formatVersion: 2 },
      { cipherSuite: "A128CBC-HS256" as CipherSuite },
      { cipherSuite: "constructor" as CipherSuite },
    ];
    for (const change of misshapen) {
      await expect(open({ ...sealed, ...change }, purpose, bothSuites, keyring)).rejects.toMatchObject({
        code: "DECRYPT_FAILED",
      });
    }
    expect(keyring.unwrapped).toEqual([]);
  });
});

describe("associated data", () => {
  test("no two lists of strings have the same encoding", () => {
    const lists = fc.array(fc.string({ maxLength: 6 }), { maxLength: 4 });
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(encodeStrings(a).equals(encodeStrings(b))).toBe(same);
      }),
    );
  });

  test("does not depend on the order in which the encryption context was written", () => {
    const data = { formatVersion: 1, cipherSuite: "A256GCM", sealId: "s", endpointId: "e" } as const;
    const reversed = Object.fromEntries(Object.entries(purpose.encryptionContext).reverse());
    expect(encodeAssociatedData({ ...data, encryptionContext: reversed as never })).toEqual(
      encodeAssociatedData({ ...data, encryptionContext: purpose.encryptionContext }),
    );
  });
});
