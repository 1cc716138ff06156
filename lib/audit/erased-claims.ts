/**
 * What an erasure keeps of claims: a hash of each, by which a decryption that CloudTrail shows for good is known to have
 * had one. An id of a use is 128 random bits, so its hash says nothing to whoever has not the id.
 */
import { createHash } from "node:crypto";

const PREFIX = "claims";
/** An entry of the intake takes 32 texts of 2048 characters (`lib/audit/change-of-intake.ts`). */
const [IN_A_TEXT, MOST_TEXTS] = [120, 28];

/** The first 96 bits of the SHA-256 of a claim's `witnessId` (`use/<useId>`), in base64url. */
export function claimDigest(witnessId: string): string {
  return createHash("sha256").update(witnessId).digest("base64url").slice(0, 16);
}

/** Of no claim `undefined`. */
export function digestOfClaim(witnessId: string | undefined): string | undefined {
  return witnessId?.startsWith("use/") ? claimDigest(witnessId) : undefined;
}

/** As details of entries, with a name of each that is always the same for the same claims. */
export function claimEntries(
  digests: readonly string[],
): { name: string; details: Record<string, string> }[] {
  const texts = chunks([...new Set(digests)].toSorted(), IN_A_TEXT).map((some) => some.join(" "));
  return chunks(texts, MOST_TEXTS).map((some) => ({
    name: `${PREFIX}-${createHash("sha256").update(some.join(" ")).digest("hex").slice(0, 16)}`,
    details: Object.fromEntries(some.map((text, index) => [`${PREFIX}${index}`, text])),
  }));
}

/** The digests that an erasure's details have. */
export function claimsIn(details: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(details).flatMap(([name, text]) =>
    /^claims\d+$/.test(name) && typeof text === "string" ? text.split(" ") : [],
  );
}

function chunks<Element>(all: readonly Element[], size: number): Element[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_one, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
