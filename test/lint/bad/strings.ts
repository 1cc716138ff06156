import { format, inspect } from "node:util";
import util from "node:util";
import type { Secret } from "../../../lib/secret.ts";

export function secretsInStrings(providerKey: Secret, dataKey: Uint8Array, token: string): string[] {
  let text = "Bearer ";
  text += token; // refused: named
  text += providerKey.exposeSecret(); // refused: exposed
  return [
    text,
    `Bearer ${providerKey}`, // refused: secret
    `Bearer ${providerKey.exposeSecret()}`, // refused: exposed
    `Bearer ${token}`, // refused: named
    `${Buffer.from(dataKey).toString("base64")}`, // refused: named
    String.raw`${token}`, // refused: named
    "Bearer " + providerKey.exposeSecret(), // refused: exposed
    "Bearer " + token + "!", // refused: named
    "Bearer ".concat(token), // refused: named
    ["Bearer", token].join(" "), // refused: named
    JSON.stringify({ providerKey }), // refused: secret
    JSON.stringify({ key: providerKey.exposeSecret() }), // refused: exposed
    JSON.stringify({ dataKey }), // refused: named
    JSON.stringify([token]), // refused: named
    String(providerKey), // refused: secret
    String(token), // refused: named
    inspect(providerKey), // refused: secret
    util.inspect({ token }), // refused: named
    format("%s", token), // refused: named
    util.format("%o", providerKey), // refused: secret
  ];
}
