/** Settings as environment variables: how the stack writes them for its functions, and how a function reads them back. */
import type { AuditSettings } from "./audit-settings.ts";
import type { CipherSuite } from "./envelope/suites.ts";
import { WaxsealError } from "./errors.ts";
import { cipherSuites, isAcceptableOrigin, limitNames, type Settings } from "./settings.ts";

/** The settings that functions read, as environment variables. The stack adds tables and key. */
export function environmentOf(settings: Settings): Record<string, string> {
  return {
    WAXSEAL_STAGE: settings.stage,
    WAXSEAL_ISSUER: settings.issuer,
    WAXSEAL_AUDIENCE: settings.audience,
    WAXSEAL_JWKS_URI: settings.jwksUri,
    WAXSEAL_OWNER_CLAIM: settings.ownerClaim,
    WAXSEAL_SESSION_COOKIE: settings.sessionCookie,
    WAXSEAL_ALLOWED_ORIGINS: JSON.stringify(settings.allowedOrigins),
    WAXSEAL_WRITE_SUITE: settings.writeSuite,
    WAXSEAL_READ_SUITES: settings.readSuites.join(","),
    WAXSEAL_CUSTOM_PROVIDERS: JSON.stringify(settings.customProviders),
    WAXSEAL_PROXY_CALLS: JSON.stringify(settings.proxyCalls),
    WAXSEAL_ENDPOINT_ORIGINS: JSON.stringify(settings.endpointOrigins),
    WAXSEAL_LIMITS: JSON.stringify(settings.limits),
    WAXSEAL_VERIFY_ON_SAVE: settings.verifyOnSave,
    WAXSEAL_PROXY_WITHOUT_LIMITS: settings.proxyWithoutLimits,
    WAXSEAL_FALLBACK_ON: JSON.stringify(settings.fallbackOn),
    WAXSEAL_ACTING_ROLES: JSON.stringify(settings.actingRoles),
    WAXSEAL_PROXY_TIMEOUT_SECONDS: String(settings.proxyTimeoutSeconds),
    WAXSEAL_TOMBSTONE_DAYS: String(settings.tombstoneDays),
  };
}

/** What the stack alone reads. */
type SettingOfTheStack =
  | keyof AuditSettings
  | "encryptionKeys"
  | "writeEncryptionKey"
  | "jobs"
  | "operators"
  | "rewrapSchedule"
  | "kmsQuota"
  | "kmsShare"
  | "logRetentionDays"
  | "stageRateLimit"
  | "stageBurstLimit"
  | "waf";

/** What a running function knows of its deployment. */
export interface RuntimeSettings extends Omit<Settings, SettingOfTheStack> {
  /** Name of the `ProviderKeys` table. */
  readonly table: string;
  /** Name of the `RateLimits` table; only where a function limits. */
  readonly limitsTable: string | undefined;
  /** ARN of the KMS key of new seals; only where a function seals. */
  readonly encryptionKeyId: string | undefined;
}

/**
 * Reads the settings back, in a function. The stack has checked them (`infra/check-settings.ts`); here what
 * decides about security is looked at again.
 *
 * @throws {WaxsealError} `INVALID_SETTINGS` if one is missing or not of its form.
 */
export function settingsFromEnvironment(environment: Readonly<NodeJS.ProcessEnv>): RuntimeSettings {
  const text = (name: string): string => environment[name] || invalid();
  const list = (name: string): unknown[] => {
    const value = parsed(text(name));
    return Array.isArray(value) ? value : invalid();
  };
  const record = (name: string): Record<string, unknown> => {
    const value = parsed(text(name));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : invalid();
  };
  return {
    stage: text("WAXSEAL_STAGE"),
    issuer: text("WAXSEAL_ISSUER"),
    audience: text("WAXSEAL_AUDIENCE"),
    jwksUri: text("WAXSEAL_JWKS_URI"),
    ownerClaim: text("WAXSEAL_OWNER_CLAIM"),
    sessionCookie: text("WAXSEAL_SESSION_COOKIE"),
    allowedOrigins: list("WAXSEAL_ALLOWED_ORIGINS").map(String),
    writeSuite: suite(text("WAXSEAL_WRITE_SUITE")),
    readSuites: text("WAXSEAL_READ_SUITES").split(",").map(suite),
    customProviders: customProviders(record("WAXSEAL_CUSTOM_PROVIDERS") as Settings["customProviders"]),
    proxyCalls: record("WAXSEAL_PROXY_CALLS") as Settings["proxyCalls"],
    endpointOrigins: origins(record("WAXSEAL_ENDPOINT_ORIGINS") as Settings["endpointOrigins"]),
    limits: limitsOf(record("WAXSEAL_LIMITS")),
    verifyOnSave: text("WAXSEAL_VERIFY_ON_SAVE") === "off" ? "off" : "on",
    proxyWithoutLimits: text("WAXSEAL_PROXY_WITHOUT_LIMITS") === "allow" ? "allow" : "refuse",
    fallbackOn: list("WAXSEAL_FALLBACK_ON") as Settings["fallbackOn"],
    actingRoles: list("WAXSEAL_ACTING_ROLES") as Settings["actingRoles"],
    proxyTimeoutSeconds: positive(text("WAXSEAL_PROXY_TIMEOUT_SECONDS")),
    tombstoneDays: positive(text("WAXSEAL_TOMBSTONE_DAYS")),
    table: text("WAXSEAL_TABLE"),
    limitsTable: environment["WAXSEAL_LIMITS_TABLE"],
    encryptionKeyId: environment["WAXSEAL_ENCRYPTION_KEY"],
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return invalid();
  }
}

function suite(text: string): CipherSuite {
  return cipherSuites.find((known) => known === text) ?? invalid();
}

function positive(text: string): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : invalid();
}

/** A limit that is not there is no reason to go without. */
function limitsOf(given: Readonly<Record<string, unknown>>): Settings["limits"] {
  const form = /^(off|[1-9]\d*\/(second|minute|hour|day))$/;
  if (!limitNames.every((name) => form.test(String(given[name])))) invalid();
  return given as Settings["limits"];
}

function origins(byEndpoint: Settings["endpointOrigins"]): Settings["endpointOrigins"] {
  if (!Object.values(byEndpoint).every(isAcceptableOrigin)) invalid();
  return byEndpoint;
}

function customProviders(byId: Settings["customProviders"]): Settings["customProviders"] {
  const all = Object.values(byId).flatMap((custom) => custom.origins);
  if (!all.every(isAcceptableOrigin)) invalid();
  return byId;
}

function invalid(): never {
  throw new WaxsealError("INVALID_SETTINGS");
}
