import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { readJsonFile, writeJsonFile } from "../aws/files.ts";

/** What CloudTrail signs digests with: here one pair for ever, or for this process. */
export interface DigestKey {
  readonly privateKey: KeyObject;
  /** "The DER encoded public key value in PKCS#1 format" (API Reference, "PublicKey"). */
  readonly publicDer: Buffer;
  /** Thirty-two hexadecimal digits, as in AWS's examples; AWS does not say of what. */
  readonly fingerprint: string;
  readonly madeAt: Date;
}

interface Kept {
  readonly pem: string;
  readonly madeAt: string;
}

/** Made when it is asked for first: that takes a tenth of a second. @param path - keeps it. */
export function digestKeyOf(now: () => Date, path?: string): () => DigestKey {
  let made: DigestKey | undefined;
  return () => (made ??= parsed(kept(path) ?? keep(newPair(now()), path)));
}

function kept(path: string | undefined): Kept | undefined {
  return path === undefined ? undefined : (readJsonFile(path) as Kept | undefined);
}

function newPair(now: Date): Kept {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), madeAt: now.toISOString() };
}

function keep(pair: Kept, path: string | undefined): Kept {
  if (path !== undefined) writeJsonFile(path, pair);
  return pair;
}

function parsed({ pem, madeAt }: Kept): DigestKey {
  const privateKey = createPrivateKey(pem);
  const publicDer = createPublicKey(privateKey).export({ type: "pkcs1", format: "der" });
  const fingerprint = createHash("md5").update(publicDer).digest("hex");
  return { privateKey, publicDer, fingerprint, madeAt: new Date(madeAt) };
}
