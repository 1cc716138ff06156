/**
 * What an operator sets. The stack reads it from the CDK context (`waxseal` in `cdk.json`, or `-c`),
 * hands it to the functions as environment variables, and the functions read it back here.
 */
import type { CipherSuite } from "./envelope/suites.ts";
import { WaxsealError } from "./errors.ts";

export const cipherSuites: readonly CipherSuite[] = ["A256CBC-HS512", "A256GCM"];

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

/** What a running function knows of its deployment. */
export interface RuntimeSettings extends Omit<Settings, "logRetentionDays"> {
  /** Name of the `ProviderKeys` table. */
  readonly table: string;
  /** ARN of the KMS key of new seals; only where a function seals. */
  readonly encryptionKeyId: string | undefined;
}

/**
 * Reads the settings back, in a function.
 *
 * @throws {WaxsealError} `INVALID_SETTINGS` if one is missing or not of its form.
 */
export function settingsFromEnvironment(environment: Readonly<NodeJS.ProcessEnv>): RuntimeSettings {
  const text = (name: string): string => environment[name] || invalid();
  return {
    stage: text("WAXSEAL_STAGE"),
    issuer: text("WAXSEAL_ISSUER"),
    audience: text("WAXSEAL_AUDIENCE"),
    jwksUri: text("WAXSEAL_JWKS_URI"),
    ownerClaim: text("WAXSEAL_OWNER_CLAIM"),
    writeSuite: suite(text("WAXSEAL_WRITE_SUITE")),
    readSuites: text("WAXSEAL_READ_SUITES").split(",").map(suite),
    endpointOrigins: origins(text("WAXSEAL_ENDPOINT_ORIGINS")),
    proxyTimeoutSeconds: positive(text("WAXSEAL_PROXY_TIMEOUT_SECONDS")),
    tombstoneDays: positive(text("WAXSEAL_TOMBSTONE_DAYS")),
    table: text("WAXSEAL_TABLE"),
    encryptionKeyId: environment["WAXSEAL_ENCRYPTION_KEY"],
  };
}

function suite(text: string): CipherSuite {
  return cipherSuites.find((known) => known === text) ?? invalid();
}

function positive(text: string): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : invalid();
}

function origins(json: string): Record<string, string> {
  const entries = Object.entries(JSON.parse(json) as Record<string, string>);
  for (const [, origin] of entries) if (!isAcceptableOrigin(origin)) invalid();
  return Object.fromEntries(entries);
}

/** Provider keys travel over TLS, or to this machine itself (the local stand-in). */
export function isAcceptableOrigin(origin: string): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url?.origin !== origin) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && url.hostname === "127.0.0.1");
}

function invalid(): never {
  throw new WaxsealError("INVALID_SETTINGS");
}
