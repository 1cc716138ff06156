/**
 * A checkpoint: what manifests there are up to a time, under one signature, linked to the checkpoint before. `docs/
 * audit-format.md` has the format. What is signed is the head alone, which is short; its root commits to the rest.
 */
import { createPublicKey, verify } from "node:crypto";
import * as z from "zod/mini";
import { canonicalBytes, hashOf } from "./canonical.ts";
import { checkpointPrefix } from "./manifest-store.ts";
import { merkleRoot } from "./merkle.ts";

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const time = z.iso.datetime({ precision: 3 });

const headSchema = z.strictObject({
  schemaVersion: z.literal(1),
  stage: z.string(),
  /** From 1 on, without a gap. */
  number: z.int().check(z.minimum(1)),
  /** The hash of the head before; `null` of the first. */
  previous: z.nullable(hash),
  at: time,
  /** Manifests whose names have this time or an earlier one were looked for. */
  through: time,
  /** How many manifests this one is the first to cover, and how many events are in them. */
  manifests: z.int(),
  events: z.int(),
  /** RFC 9162, over the hashes of the manifests (32 bytes each) in the order in which they are listed. */
  root: hash,
});
export type CheckpointHead = z.infer<typeof headSchema>;

const checkpointSchema = z.strictObject({
  head: headSchema,
  /** Name and SHA-256 of each manifest, in the order of names. */
  manifests: z.array(z.tuple([z.string(), hash])),
  signature: z.strictObject({
    algorithm: z.literal("ECDSA_SHA_256"),
    /** ARN of the KMS key. */
    keyId: z.string(),
    /** DER, base64. */
    value: z.string(),
  }),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** @returns `undefined` where it has not the form of one. */
export function parseCheckpoint(bytes: Uint8Array): Checkpoint | undefined {
  try {
    return z.safeParse(checkpointSchema, JSON.parse(Buffer.from(bytes).toString("utf8"))).data;
  } catch {
    return undefined;
  }
}

/** `checkpoints/0000000001.json` */
export function checkpointName(number: number): string {
  return `${checkpointPrefix}${String(number).padStart(10, "0")}.json`;
}

/** What is signed. */
export function signedBytes(head: CheckpointHead): Uint8Array {
  return canonicalBytes(head);
}

/** What the next one links to. */
export function hashOfHead(head: CheckpointHead): string {
  return hashOf(head);
}

/** Over the manifests' hashes: whoever has these need not have the manifests. */
export function rootOf(manifests: readonly (readonly [name: string, hash: string])[]): string {
  return merkleRoot(manifests.map(([, one]) => Buffer.from(one, "hex")));
}

/** @param publicKey - PEM, as `public-key.pem` in the audit's bucket. */
export function isSignedBy({ head, signature }: Checkpoint, publicKey: string): boolean {
  try {
    const value = Buffer.from(signature.value, "base64");
    return verify("sha256", signedBytes(head), createPublicKey(publicKey), value);
  } catch {
    return false;
  }
}

/** As KMS answers it (DER), in PEM. */
export function publicKeyPem(der: Uint8Array): string {
  const key = createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
  return key.export({ type: "spki", format: "pem" }).toString();
}
