import type { Secret } from "../secret.ts";

/** Of a record, beside the provider key, what lets its owner know which it is. */
export interface ExportedAbout {
  readonly provider: string;
  readonly name: string;
  readonly label: string | undefined;
}

/**
 * A provider key as a line of an export in plaintext: the one place where what leaves the product is written. It is
 * called for one owner at a time, under the role of the job `export`, after a claim.
 */
export function plaintextLine({ provider, name, label }: ExportedAbout, providerKey: Secret): string {
  return `${JSON.stringify({ provider, name, label, apiKey: providerKey.exposeSecret() })}\n`;
}
