import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from "jose";
import { readJsonFile, writeJsonFile } from "../aws/files.ts";

/** A token issuer for development: whoever asks gets a token for whomever they name. */
export interface TokenIssuer {
  readonly issuer: string;
  /** The public keys, as `jwks_uri` serves them. */
  jwks(): { keys: JWK[] };
  /** @param expiresIn - seconds; negative for an expired token. */
  token(subject: string, expiresIn?: number): Promise<string>;
}

const AUDIENCE = "waxseal";

/**
 * @param newIssuer - the `iss` of a new issuer.
 * @param file - keeps `iss` and the signing key over restarts, under another port too: who owns a record
 *   is made of issuer and subject.
 */
export async function tokenIssuer(newIssuer: string, file?: string): Promise<TokenIssuer> {
  const { issuer, privateJwk } = await loadOrMake(newIssuer, file);
  const { d: _private, ...publicPart } = privateJwk;
  const publicJwk = {
    ...publicPart,
    kid: await calculateJwkThumbprint(publicPart),
    alg: "ES256",
    use: "sig",
  };
  const signingKey = await importJWK(privateJwk, "ES256");
  return {
    issuer,
    jwks: () => ({ keys: [publicJwk] }),
    token: (subject, expiresIn = 3600) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({})
        .setProtectedHeader({ alg: "ES256", kid: publicJwk.kid, typ: "JWT" })
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setSubject(subject)
        .setIssuedAt(Math.min(now, now + expiresIn))
        .setExpirationTime(now + expiresIn)
        .sign(signingKey);
    },
  };
}

interface Kept {
  readonly issuer: string;
  readonly privateJwk: JWK;
}

async function loadOrMake(issuer: string, file: string | undefined): Promise<Kept> {
  const known = file === undefined ? undefined : readJsonFile(file);
  if (known !== undefined) return known as Kept;
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const kept = { issuer, privateJwk: await exportJWK(privateKey) };
  if (file !== undefined) writeJsonFile(file, kept);
  return kept;
}
