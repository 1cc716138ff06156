import { JwtVerifier } from "aws-jwt-verify";
import { FetchError } from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { WaxsealError } from "../errors.ts";
import { ownerIdOf } from "../owner.ts";
import { isAcceptableOrigin, type RuntimeSettings } from "../settings.ts";

/** Whom a token speaks for; both ids are opaque, see `ownerIdOf`. */
export interface Identity {
  readonly ownerId: string;
  /** The person: differs from the owner where the owner claim names, say, an organisation. */
  readonly actor: string;
}

export type TokenVerifier = (token: string) => Promise<Identity>;
type TokenSettings = Pick<RuntimeSettings, "issuer" | "audience" | "jwksUri" | "ownerClaim">;

const MAX_TOKEN_LENGTH = 8192;
const MAX_SUBJECT_LENGTH = 512;
/** Clocks of issuer and function may differ by this much. */
const GRACE_SECONDS = 30;
const JWKS_TIMEOUT_MS = 3000;

/**
 * A verifier of an OIDC issuer's tokens: RS256, ES256 and their longer forms, EdDSA; signature, issuer,
 * audience, `exp` (required), `nbf`. The issuer's public keys are cached, and fetched again for an
 * unknown key id at most every ten seconds.
 *
 * The verifier throws `AUTHENTICATION_REQUIRED` whatever is wrong with a token, and
 * `ISSUER_UNAVAILABLE` (retryable) if the issuer's keys could not be had.
 */
export function tokenVerifier(settings: TokenSettings): TokenVerifier {
  const verifier = JwtVerifier.create(
    {
      issuer: settings.issuer,
      audience: settings.audience,
      jwksUri: settings.jwksUri,
      graceSeconds: GRACE_SECONDS,
    },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchJwks } }) },
  );
  return async (token) => {
    if (token.length > MAX_TOKEN_LENGTH) throw new WaxsealError("AUTHENTICATION_REQUIRED");
    const claims = await verifier.verify(token).catch((error: unknown) => {
      throw new WaxsealError(error instanceof FetchError ? "ISSUER_UNAVAILABLE" : "AUTHENTICATION_REQUIRED");
    });
    // The library accepts a token without `exp`; such a token would be good for ever.
    if (typeof claims.exp !== "number") throw new WaxsealError("AUTHENTICATION_REQUIRED");
    const id = (claim: unknown) => ownerIdOf(settings.issuer, subjectOf(claim));
    return { ownerId: id(claims[settings.ownerClaim]), actor: id(claims.sub) };
  };
}

function subjectOf(claim: unknown): string {
  if (
    typeof claim !== "string" ||
    claim.length > MAX_SUBJECT_LENGTH ||
    claim.trim() === "" ||
    !claim.isWellFormed()
  ) {
    throw new WaxsealError("AUTHENTICATION_REQUIRED");
  }
  return claim;
}

/** The library's own fetcher knows HTTPS only; the local issuer is on loopback. */
async function fetchJwks(uri: string): Promise<ArrayBuffer> {
  try {
    if (!isAcceptableOrigin(new URL(uri).origin)) throw new Error("origin");
    const response = await fetch(uri, { redirect: "error", signal: AbortSignal.timeout(JWKS_TIMEOUT_MS) });
    if (!response.ok) throw new Error("status");
    return await response.arrayBuffer();
  } catch {
    throw new FetchError(uri, "unavailable");
  }
}
