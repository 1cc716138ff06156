import { describe, expect, test } from "vitest";
import { open, seal, type SealedProviderKey, type SealPurpose } from "../../lib/envelope/envelope.ts";
import { suites, type CipherSuite } from "../../lib/envelope/suites.ts";
import { isWaxsealError } from "../../lib/errors.ts";
import { Secret } from "../../lib/secret.ts";
import { memoryKeyring } from "../support/memory-keyring.ts";

/**
 * Every single bit of everything that is sealed or bound, changed alone, is refused: each bit once a suite.
 * Text fields are changed in their UTF-8 bytes, the version as a 32-bit number.
 */
const bothSuites = Object.keys(suites) as CipherSuite[];
const plaintext = "a provider key of 48 characters, for example ok!";

const byteFields = ["iv", "ciphertext", "tag", "wrappedDataKey"] as const;
const textFields = ["cipherSuite", "sealId", "endpointId"] as const;

function purposeOf(
  changes: Partial<SealPurpose["encryptionContext"]> = {},
  endpointId = "openai-1",
): SealPurpose {
  const own = {
    purpose: "waxseal/provider-key",
    stage: "test",
    ownerId: "owner-a",
    slot: "openai/default",
  } as const;
  return { encryptionContext: { ...own, ...changes }, endpointId };
}

interface Tampered {
  readonly sealed: SealedProviderKey;
  readonly purpose: SealPurpose;
}

const keyring = memoryKeyring();
const sealedBySuite = new Map<CipherSuite, SealedProviderKey>();
for (const suite of bothSuites) {
  sealedBySuite.set(suite, (await seal(new Secret(plaintext), purposeOf(), suite, keyring)).sealed);
}

function sealedWith(suite: CipherSuite): SealedProviderKey {
  const sealed = sealedBySuite.get(suite);
  if (!sealed) throw new Error("not sealed");
  return sealed;
}

/** All copies of `bytes` with one bit changed. */
function eachBit(bytes: Uint8Array): Buffer[] {
  return Array.from({ length: bytes.byteLength * 8 }, (_, bit) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    return copy;
  });
}

/** Latin-1, so that each changed byte stays one character and no two changes look the same. */
function eachBitOfText(text: string): string[] {
  return eachBit(Buffer.from(text, "latin1")).map((bytes) => bytes.toString("latin1"));
}

function tamperings(suite: CipherSuite): Record<string, Tampered[]> {
  const sealed = sealedWith(suite);
  const purpose = purposeOf();
  const changed = (field: string) => (value: unknown) => ({ sealed: { ...sealed, [field]: value }, purpose });
  const version = Buffer.alloc(4);
  version.writeInt32BE(sealed.formatVersion);
  const context = Object.entries(purpose.encryptionContext);
  return {
    ...Object.fromEntries(byteFields.map((field) => [field, eachBit(sealed[field]).map(changed(field))])),
    ...Object.fromEntries(
      textFields.map((field) => [field, eachBitOfText(sealed[field]).map(changed(field))]),
    ),
    formatVersion: eachBit(version).map((bytes) => changed("formatVersion")(bytes.readInt32BE())),
    "endpoint asked for": eachBitOfText(purpose.endpointId).map((id) => ({
      sealed,
      purpose: purposeOf({}, id),
    })),
    "encryptionContext values": context.flatMap(([name, value]) =>
      eachBitOfText(value).map((other) => ({ sealed, purpose: purposeOf({ [name]: other }) })),
    ),
    "encryptionContext names": context.flatMap(([name, value]) =>
      eachBitOfText(name).map((other) => {
        const { [name]: _gone, ...rest } = purpose.encryptionContext as Record<string, string>;
        const encryptionContext = { ...rest, [other]: value } as SealPurpose["encryptionContext"];
        return { sealed, purpose: { ...purpose, encryptionContext } };
      }),
    ),
  };
}

async function refused({ sealed, purpose }: Tampered): Promise<boolean> {
  return open(sealed, purpose, bothSuites, keyring).then(
    () => false,
    (error: unknown) => isWaxsealError(error, "DECRYPT_FAILED"),
  );
}

describe.each(bothSuites)("%s", (suite) => {
  test("the untouched record opens", async () => {
    const opened = await open(sealedWith(suite), purposeOf(), bothSuites, keyring);
    expect(opened.exposeSecret()).toBe(plaintext);
  });

  test.each(Object.entries(tamperings(suite)).map(([field, all]) => ({ field, bits: all.length, all })))(
    "each of the $bits single-bit changes of $field is refused",
    async ({ all }) => {
      const results = await Promise.all(all.map(refused));
      expect(results.length).toBeGreaterThan(0);
      expect(results.indexOf(false)).toBe(-1);
    },
  );

  test("every proper beginning and every lengthening of every sealed byte field is refused", async () => {
    const sealed = sealedWith(suite);
    const cases = byteFields.flatMap((field) => {
      const bytes = Buffer.from(sealed[field]);
      const cuts = Array.from({ length: bytes.byteLength }, (_, length) => bytes.subarray(0, length));
      const all = [...cuts, Buffer.concat([bytes, Buffer.alloc(1)]), Buffer.concat([bytes, bytes])];
      return all.map((value) => ({ sealed: { ...sealed, [field]: value }, purpose: purposeOf() }));
    });
    expect((await Promise.all(cases.map(refused))).indexOf(false)).toBe(-1);
  });
});

describe("swaps between records", () => {
  const places: Record<string, SealPurpose> = {
    owner: purposeOf({ ownerId: "owner-b" }),
    slot: purposeOf({ slot: "openai/other" }),
    provider: purposeOf({ slot: "anthropic/default" }),
    stage: purposeOf({ stage: "prod" }),
    endpoint: purposeOf({}, "openai-2"),
  };

  test.each(Object.keys(places))("a whole record moved to another %s is refused", async (place) => {
    for (const suite of bothSuites) {
      const purpose = places[place] ?? purposeOf();
      const sealed = { ...sealedWith(suite), endpointId: purpose.endpointId };
      expect(await refused({ sealed, purpose })).toBe(true);
    }
  });

  test("any sealed field taken from another record of the same slot is refused", async () => {
    for (const suite of bothSuites) {
      const other = (await seal(new Secret(plaintext), purposeOf(), suite, keyring)).sealed;
      for (const field of [...byteFields, "sealId"] as const) {
        const sealed = { ...sealedWith(suite), [field]: other[field] };
        expect(await refused({ sealed, purpose: purposeOf() }), `${suite} ${field}`).toBe(true);
      }
    }
  });

  test("any sealed field taken from the other suite's record is refused", async () => {
    const [first, second] = bothSuites.map(sealedWith);
    for (const field of [...byteFields, ...textFields] as const) {
      if (field === "endpointId") continue; // both records have the same
      const sealed = { ...first, [field]: second?.[field] } as SealedProviderKey;
      expect(await refused({ sealed, purpose: purposeOf() }), field).toBe(true);
    }
  });
});
