import { readFileSync, writeFileSync } from "node:fs";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from "jose";

/** A token issuer for development: whoever asks gets a token for whomever they name. */
export interface TokenIssuer {
  readonly issuer: string;
  /** The public keys, as `jwks_uri` serves them. */
  jwks(): { keys: JWK[] };
  /** @param expiresIn - seconds; negative for an expired token. */
  token(subject: string, expiresIn?: number): Promise<string>;
}

const AUDIENCE = "waxseal";

/** @param file - keeps the signing key, so that tokens stay good over restarts. */
export async function tokenIssuer(issuer: string, file?: string): Promise<TokenIssuer> {
  const privateJwk = await loadOrMake(file);
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

async function loadOrMake(file: string | undefined): Promise<JWK> {
  try {
    if (file !== undefined) return JSON.parse(readFileSync(file, "utf8")) as JWK;
  } catch {
    // None yet.
  }
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(privateKey);
  if (file !== undefined) writeFileSync(file, JSON.stringify(jwk), { mode: 0o600 });
  return jwk;
}
