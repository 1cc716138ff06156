import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { encodeAssociatedData, type EncryptionContext } from "../../lib/envelope/associated-data.ts";
import { open, type SealedProviderKey } from "../../lib/envelope/envelope.ts";
import { ownerIdOf } from "../../lib/owner.ts";

/** Stored bytes of format version 1, frozen on 2026-11-24: whatever changes, these must open. */
interface Vector {
  readonly issuer: string;
  readonly subject: string;
  readonly encryptionContext: EncryptionContext;
  readonly dataKey: string;
  readonly associatedData: string;
  readonly record: Record<"iv" | "ciphertext" | "tag" | "wrappedDataKey", string> & SealedProviderKey;
  readonly plaintext: string;
}

const vectors = JSON.parse(
  readFileSync(new URL("sealed-v1.json", import.meta.url), "utf8"),
) as readonly Vector[];

test.each(vectors)("the frozen record of $record.cipherSuite opens", async (vector) => {
  const { record, encryptionContext } = vector;
  const bytes = (text: string) => Buffer.from(text, "base64");
  const sealed = {
    ...record,
    iv: bytes(record.iv),
    ciphertext: bytes(record.ciphertext),
    tag: bytes(record.tag),
    wrappedDataKey: bytes(record.wrappedDataKey),
  };
  const keyring = { unwrapDataKey: () => Promise.resolve(bytes(vector.dataKey)) };
  const purpose = { encryptionContext, endpointId: record.endpointId };
  const opened = await open(sealed, purpose, [record.cipherSuite], keyring);
  expect(opened.exposeSecret()).toBe(vector.plaintext);
});

test.each(vectors)("the frozen associated data of $record.cipherSuite is unchanged", ({ record, ...vector }) => {
  const { encryptionContext } = vector;
  const encoded = encodeAssociatedData({ ...record, encryptionContext });
  expect(encoded.toString("base64")).toBe(vector.associatedData);
});

test.each(vectors)("the frozen owner id is unchanged", ({ issuer, subject, encryptionContext }) => {
  expect(ownerIdOf(issuer, subject)).toBe(encryptionContext.ownerId);
});

test("the Python of docs/record-format.md is the program that is run against these records", () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
  const documented = /```python\n(.*?)```/s.exec(read("../../docs/record-format.md"))?.[1];
  expect(documented).toBeDefined();
  expect(read("open_record.py").startsWith(documented ?? "-")).toBe(true);
});
