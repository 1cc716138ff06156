/**
 * What an event may be made of: the attributes of a stream's image by an allow-list. What is sealed is compared here,
 * as the stream has it, and goes no further.
 */
import { isDeepStrictEqual } from "node:util";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";

/** An item as a stream record has it, in DynamoDB's JSON. */
export type Image = Readonly<Record<string, unknown>>;
export type Visible = Readonly<Record<string, unknown>>;

const visibleAttributes = [
  ...["ownerId", "slot", "recordId", "changeSeq", "lastChange", "state", "sealId"],
  ...["cipherSuite", "encryptionKeyId", "keyMaterialId", "health"],
];

/** Those of them that are there; empty where the image cannot be read. */
export function visible(image: Image): Visible {
  const shown = Object.entries(image).filter(([name]) => visibleAttributes.includes(name));
  try {
    return unmarshall(Object.fromEntries(shown) as Record<string, AttributeValue>);
  } catch {
    return {};
  }
}

/** The names of the attributes that are not the same in both, those that one of them lacks too. */
export function changedAttributes(before: Image, after: Image): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !isDeepStrictEqual(before[name], after[name]));
}
