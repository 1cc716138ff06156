import { sealedAttributes } from "../../lib/attributes.ts";
import { textOf } from "../../lib/witness/json.ts";
import type { Item } from "./tables.ts";
import type { Field, StoredRecord } from "./view.ts";

/** What is sealed comes first; whatever is not named here is not shown. */
const shown = [
  "ciphertext",
  "iv",
  "tag",
  "wrappedDataKey",
  "cipherSuite",
  "encryptionKeyId",
  "keyMaterialId",
  "sealId",
  "ownerId",
  "recordId",
  "changeSeq",
  "savedAt",
  "lastUsedAt",
  "lastUsedBy",
  "label",
  "endpointId",
] as const;

/** In base64: 27 bytes, enough to see that they say nothing. */
const SHOWN_CHARACTERS = 36;

export function storedRecord(person: string, item: Item): StoredRecord {
  return {
    person,
    slot: textOf(item["slot"]) ?? "",
    state: textOf(item["state"]) ?? "",
    useCount: Number(item["useCount"] ?? 0),
    fields: shown.filter((name) => Object.hasOwn(item, name)).map((name) => fieldOf(name, item[name])),
  };
}

function fieldOf(name: string, value: unknown): Field {
  const text = String(value);
  if (!sealedAttributes.some((sealed) => sealed === name)) return { name, value: text };
  const short = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return { name, value: short, bytes: Buffer.from(text, "base64").byteLength };
}
