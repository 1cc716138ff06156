import { JwtVerifier } from "aws-jwt-verify";
import { FetchError, JwksValidationError, JwkValidationError } from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { WaxsealError } from "../errors.ts";
import { ownerIdOf } from "../owner.ts";
import { isAcceptableOrigin } from "../settings.ts";
import type { RuntimeSettings } from "../settings-environment.ts";

/** Whom a token speaks for; both ids are opaque, see `ownerIdOf`. */
export interface Identity {
  readonly ownerId: string;
  /** The person: differs from the owner where the owner claim names, say, an organisation. */
  readonly actor: string;
}

export type TokenVerifier = (token: string) => Promise<Identity>;
type TokenSettings = Pick<RuntimeSettings, "issuer" | "audience" | "jwksUri" | "ownerClaim">;

const MAX_TOKEN_LENGTH = 8192;
/** Compact serialization, RFC 7515 section 7.1: base64url without padding. */
const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
/** The end of the year 9999: beyond it are milliseconds, taken for seconds, and what never expires. */
const LATEST_EXPIRY = 253_402_300_799;
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
      customJwtCheck: ({ header, payload }) => checkWhatIsLeft(header, payload),
    },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchJwks } }) },
  );
  return async (token) => {
    if (token.length > MAX_TOKEN_LENGTH || !JWT.test(token))
      throw new WaxsealError("AUTHENTICATION_REQUIRED");
    const claims = await verifier.verify(token).catch((error: unknown) => {
      throw new WaxsealError(isOfIssuer(error) ? "ISSUER_UNAVAILABLE" : "AUTHENTICATION_REQUIRED");
    });
    const id = (claim: unknown) => ownerIdOf(settings.issuer, subjectOf(claim));
    return { ownerId: id(claims[settings.ownerClaim]), actor: id(claims.sub) };
  };
}

/**
 * What the library (5.2) lets pass: a token without `exp`, which would be good for ever, and one whose `crit`
 * names extensions that a verifier must understand (RFC 7515 section 4.1.11); we understand none.
 */
function checkWhatIsLeft(header: object, { exp }: { exp?: unknown }): void {
  if (typeof exp !== "number" || exp > LATEST_EXPIRY || "crit" in header) {
    throw new WaxsealError("AUTHENTICATION_REQUIRED");
  }
}

/** The issuer's public keys could not be had, or are no key set: nothing of it is the token's fault. */
function isOfIssuer(error: unknown): boolean {
  return [FetchError, JwksValidationError, JwkValidationError].some((type) => error instanceof type);
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
