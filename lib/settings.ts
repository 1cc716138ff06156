/**
 * What an operator sets. The stack reads it from the CDK context (`waxseal` in `cdk.json`, or `-c`),
 * hands it to the functions as environment variables, and the functions read it back here.
 */
export const cipherSuites = ["A256CBC-HS512", "A256GCM"] as const;
/** RFC 7518 names of the content encryption algorithms in use. */
export type CipherSuite = (typeof cipherSuites)[number];

export interface Settings {
  /** Part of every encryption context, so that stages cannot open each other's records. */
  readonly stage: string;
  /** The OIDC issuer whose tokens are accepted, as in `iss`. */
  readonly issuer: string;
  /** What `aud` must name. */
  readonly audience: string;
  /** Where the issuer's public keys are. */
  readonly jwksUri: string;
  /** The claim that names the owner: `sub`, or an organisation's id. */
  readonly ownerClaim: string;
  /** The suite of new seals. */
  readonly writeSuite: CipherSuite;
  /** The suites that are opened; any other is `SUITE_REFUSED`. */
  readonly readSuites: readonly CipherSuite[];
  /** Other origins for registered endpoints, by `endpointId`: the local stand-in, a regional host. */
  readonly endpointOrigins: Readonly<Record<string, string>>;
  /** The longest one proxied call may take, in seconds (at most 890: Lambda ends at 900). */
  readonly proxyTimeoutSeconds: number;
  /** How long a removed record's tombstone stays, in days. */
  readonly tombstoneDays: number;
  /** How long the functions' logs stay, in days (a period that CloudWatch Logs knows). */
  readonly logRetentionDays: number;
}

export const defaultSettings: Settings = {
  stage: "dev",
  issuer: "https://issuer.example",
  audience: "waxseal",
  jwksUri: "https://issuer.example/.well-known/jwks.json",
  ownerClaim: "sub",
  writeSuite: "A256CBC-HS512",
  readSuites: cipherSuites,
  endpointOrigins: {},
  proxyTimeoutSeconds: 300,
  tombstoneDays: 30,
  logRetentionDays: 30,
};

/** The settings that functions read, as environment variables. The stack adds table and key. */
export function environmentOf(settings: Settings): Record<string, string> {
  return {
    WAXSEAL_STAGE: settings.stage,
    WAXSEAL_ISSUER: settings.issuer,
    WAXSEAL_AUDIENCE: settings.audience,
    WAXSEAL_JWKS_URI: settings.jwksUri,
    WAXSEAL_OWNER_CLAIM: settings.ownerClaim,
    WAXSEAL_WRITE_SUITE: settings.writeSuite,
    WAXSEAL_READ_SUITES: settings.readSuites.join(","),
    WAXSEAL_ENDPOINT_ORIGINS: JSON.stringify(settings.endpointOrigins),
    WAXSEAL_PROXY_TIMEOUT_SECONDS: String(settings.proxyTimeoutSeconds),
    WAXSEAL_TOMBSTONE_DAYS: String(settings.tombstoneDays),
  };
}
