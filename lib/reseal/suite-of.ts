import * as z from "zod/mini";
import type { CipherSuite } from "../envelope/suites.ts";
import { sealedFields } from "../provider-keys/record.ts";
import type { RawRecord } from "../provider-keys/write-record.ts";

/** How a record is sealed, without what is sealed; see `suiteAttributes`. */
export interface FoundSeal {
  readonly ownerId: string;
  readonly slot: string;
  readonly cipherSuite: CipherSuite;
  readonly sealId: string;
}

const { cipherSuite, sealId } = sealedFields;
const schema = z.object({
  ownerId: z.string(),
  slot: z.string(),
  state: z.enum(["active", "disabled"]),
  cipherSuite,
  sealId,
});

/** `undefined` if the record does not parse. */
export function parseFoundSeal(record: RawRecord): FoundSeal | undefined {
  return z.safeParse(schema, record).data;
}

/** What a removal leaves: nothing that could be sealed anew. */
export function isRemoved(record: RawRecord): boolean {
  return record["state"] === "removed";
}
