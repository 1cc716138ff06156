import * as z from "zod/mini";
import { manifestPrefix, sha256, timeOfManifest } from "../manifest-store.ts";
import type { Evidence } from "./evidence.ts";
import type { Look } from "./look.ts";
import type { Problems } from "./problems.ts";

export interface Manifests {
  /** SHA-256 of its bytes, by a manifest's name. */
  readonly hashes: ReadonlyMap<string, string>;
  /** By an event's id its hash, and the name of a manifest that has it. */
  readonly events: Map<string, readonly [hash: string, manifest: string]>;
}

const schema = z.strictObject({
  schemaVersion: z.literal(1),
  events: z.array(z.tuple([z.string(), z.string().check(z.regex(/^[0-9a-f]{64}$/))])),
});

export async function readManifests(
  evidence: Evidence,
  problems: Problems,
  { onProgress, isPast }: Look,
): Promise<Manifests> {
  const hashes = new Map<string, string>();
  const events: Manifests["events"] = new Map();
  for await (const { name, versions, body } of evidence.objects(manifestPrefix)) {
    if (versions !== 1) problems.add("manifest_replaced", name);
    const hash = sha256(body);
    hashes.set(name, hash);
    onProgress("manifests", hashes.size);
    // Its name has the first digits of its hash: another's content does not go by it.
    if (!name.endsWith(`-${hash.slice(0, 16)}.json`)) problems.add("manifest_replaced", name);
    const manifest = parse(body);
    // One of a time that has not been would never come to be in a checkpoint.
    if (!manifest || !isPast(timeOfManifest(name))) {
      problems.add("manifest_malformed", name);
      continue;
    }
    for (const [eventId, eventHash] of manifest.events) {
      const before = events.get(eventId);
      if (before && before[0] !== eventHash) problems.add("manifests_disagree", eventId);
      if (!before) events.set(eventId, [eventHash, name]);
    }
  }
  return { hashes, events };
}

function parse(body: Uint8Array): z.infer<typeof schema> | undefined {
  try {
    return z.safeParse(schema, JSON.parse(Buffer.from(body).toString("utf8"))).data;
  } catch {
    return undefined;
  }
}
