import { describe, expect, test } from "vitest";
import { suites } from "../../../lib/envelope/suites.ts";

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ""), "hex");

describe("A256CBC-HS512 is RFC 7518's AES_256_CBC_HMAC_SHA_512", () => {
  // RFC 7518, appendix B.3.
  const dataKey = Buffer.from(Array.from({ length: 64 }, (_, index) => index));
  const iv = hex("1a f3 8c 2d c2 b9 6f fd d8 66 94 09 23 41 bc 04");
  const plaintext = Buffer.from(
    "A cipher system must not be required to be secret, and it must be able to fall into the hands of " +
      "the enemy without inconvenience",
  );
  const associatedData = Buffer.from("The second principle of Auguste Kerckhoffs");
  const ciphertext = hex(
    `4a ff aa ad b7 8c 31 c5 da 4b 1b 59 0d 10 ff bd 3d d8 d5 d3 02 42 35 26 91 2d a0 37 ec bc c7 bd
     82 2c 30 1d d6 7c 37 3b cc b5 84 ad 3e 92 79 c2 e6 d1 2a 13 74 b7 7f 07 75 53 df 82 94 10 44 6b
     36 eb d9 70 66 29 6a e6 42 7e a7 5c 2e 08 46 a1 1a 09 cc f5 37 0d c8 0b fe cb ad 28 c7 3f 09 b3
     a3 b7 5e 66 2a 25 94 41 0a e4 96 b2 e2 e6 60 9e 31 e6 e0 2c c8 37 f0 53 d2 1f 37 ff 4f 51 95 0b
     be 26 38 d0 9d d7 a4 93 09 30 80 6d 07 03 b1 f6`,
  );
  const tag = hex(
    "4d d3 b4 c0 88 a7 f4 5c 21 68 39 64 5b 20 12 bf 2e 62 69 a8 c5 6a 81 6d bc 1b 26 77 61 95 5b c5",
  );
  const suite = suites["A256CBC-HS512"];

  test("encrypts the published example to its published bytes", () => {
    expect(suite.encrypt(dataKey, iv, plaintext, associatedData)).toEqual({ ciphertext, tag });
  });

  test("decrypts the published example", () => {
    expect(suite.decrypt(dataKey, iv, { ciphertext, tag }, associatedData)).toEqual(plaintext);
  });
});

describe("A256GCM is AES-256-GCM with a 96-bit IV and a 128-bit tag", () => {
  // McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 13, 14 and 16.
  const zeros = "00".repeat(32);
  const feffe = "feffe9928665731c6d6a8f9467308308".repeat(2);
  const vectors = [
    { name: "13", k: zeros, iv: "00".repeat(12), p: "", a: "", c: "", t: "530f8afbc74536b9a963b4f1c4cb738b" },
    {
      name: "14",
      k: zeros,
      iv: "00".repeat(12),
      p: "00".repeat(16),
      a: "",
      c: "cea7403d4d606b6e074ec5d3baf39d18",
      t: "d0d1c8a799996bf0265b98b5d48ab919",
    },
    {
      name: "16",
      k: feffe,
      iv: "cafebabefacedbaddecaf888",
      p: `d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
          1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39`,
      a: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      c: `522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
          8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662`,
      t: "76fc6ece0f4e1768cddf8853bb2d551b",
    },
  ];

  test.each(vectors)("matches published test case $name both ways", ({ k, iv, p, a, c, t }) => {
    const sealed = { ciphertext: hex(c), tag: hex(t) };
    expect(suites.A256GCM.encrypt(hex(k), hex(iv), hex(p), hex(a))).toEqual(sealed);
    expect(suites.A256GCM.decrypt(hex(k), hex(iv), sealed, hex(a))).toEqual(hex(p));
  });

  test("refuses a tag cut to 12 bytes", () => {
    const { ciphertext, tag } = suites.A256GCM.encrypt(hex(zeros), hex("00".repeat(12)), hex("00"), hex(""));
    const short = { ciphertext, tag: tag.subarray(0, 12) };
    expect(() => suites.A256GCM.decrypt(hex(zeros), hex("00".repeat(12)), short, hex(""))).toThrow();
  });
});
