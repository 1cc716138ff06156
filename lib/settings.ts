/**
 * What an operator sets. The stack reads it from the CDK context (`waxseal` in `cdk.json`, or `-c`) and hands it to the
 * functions as environment variables: see `lib/settings-environment.ts`.
 */
import { defaultAuditSettings, type AuditSettings } from "./audit-settings.ts";
import type { CipherSuite } from "./envelope/suites.ts";
import type { ProviderSettings } from "./providers/registered.ts";

export const cipherSuites: readonly CipherSuite[] = ["A256CBC-HS512", "A256GCM"];

/** Refusals by a provider after which the owner's next provider key is tried. */
export const fallbackReasons = ["401", "403", "429", "quota"] as const;
export type FallbackReason = (typeof fallbackReasons)[number];

/** What is limited, each owner for themselves; failed authentication by source address. */
export const limitNames = [
  "save",
  "update",
  "remove",
  "verify",
  "proxy",
  "activity",
  "failedAuthentication",
] as const;
export type LimitName = (typeof limitNames)[number];

/** As `60/minute`, or `off`. */
export type RateLimit = "off" | `${number}/${"second" | "minute" | "hour" | "day"}`;

/** Parts of the stack that are there only while an operator has them switched on: each is a role that may decrypt or write. */
export const switchedJobs = ["reseal", "import", "export", "audit-erase"] as const;
export type SwitchedJob = (typeof switchedJobs)[number];

/** A role of a back end, and what it may do for whom. */
export interface ActingRole {
  /** Its ARN. */
  readonly role: string;
  /** User ids as in the tokens' owner claim; `*` at the end is any rest. */
  readonly users: readonly string[];
  /** `use`: the acting proxy. `delete`: remove all provider keys of a closed account. */
  readonly may: readonly ("use" | "delete")[];
}

export interface Settings extends ProviderSettings, AuditSettings {
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
  /**
   * The cookie in which a Supabase session is read too, as `sb-<ref>-auth-token`; `sb-*-auth-token` for any;
   * `none`. For an API that is served under the application's own origin.
   */
  readonly sessionCookie: string;
  /** The origins of pages that may call the API; with cookies, the only ones that may change anything. */
  readonly allowedOrigins: readonly string[];
  /** The suite of new seals. */
  readonly writeSuite: CipherSuite;
  /** The suites that are opened; any other is `SUITE_REFUSED`. */
  readonly readSuites: readonly CipherSuite[];
  /**
   * The KMS keys of the stack, by name. Records may be wrapped under any of them; a new one is added here
   * first, so that everyone can open what it wraps before anyone seals under it.
   */
  readonly encryptionKeys: readonly string[];
  /** Which of them wraps new data keys, and is where rewrapping moves the others to. */
  readonly writeEncryptionKey: string;
  /** Operators' roles that are switched on, each for as long as its job takes. */
  readonly jobs: readonly SwitchedJob[];
  /** Who may take an operator's role, as ARNs; where none is named, whomever the account's IAM lets. */
  readonly operators: readonly string[];
  /**
   * When the stack rewraps by itself what an automatic rotation left behind: `rate(…)` or `cron(…)`; `manual`: when an
   * operator says so; `off`: it has no function for it.
   */
  readonly rewrapSchedule: string;
  /** The account's quota of symmetric KMS requests in the region, a second (KMS, "Request quotas"). */
  readonly kmsQuota: number;
  /** How much of that quota a job may use, in percent. */
  readonly kmsShare: number;
  readonly limits: Readonly<Record<LimitName, RateLimit>>;
  /** Whether a provider is asked, before a provider key is stored, if it takes it. */
  readonly verifyOnSave: "off" | "on";
  /** Whether the proxy goes on when the limits' table does not answer. A save never does. */
  readonly proxyWithoutLimits: "refuse" | "allow";
  /** After which refusals by a provider the owner's next provider key for it is tried. */
  readonly fallbackOn: readonly FallbackReason[];
  /** Which back ends' roles may act for which users. */
  readonly actingRoles: readonly ActingRole[];
  /** The longest one proxied call may take, in seconds (at most 890: Lambda ends at 900). */
  readonly proxyTimeoutSeconds: number;
  /** How long a removed record's tombstone stays, in days. */
  readonly tombstoneDays: number;
  /** How long the functions' logs stay, in days (a period that CloudWatch Logs knows). */
  readonly logRetentionDays: number;
  /** What the API's stage lets through, all callers together: requests a second, and at once. */
  readonly stageRateLimit: number;
  readonly stageBurstLimit: number;
  /** Whether a WAF web ACL is put before the API. It costs some $9 a month and $0.60 a million requests. */
  readonly waf: "off" | "on";
}

export const defaultSettings: Settings = {
  stage: "dev",
  issuer: "https://issuer.example",
  audience: "waxseal",
  jwksUri: "https://issuer.example/.well-known/jwks.json",
  ownerClaim: "sub",
  sessionCookie: "none",
  allowedOrigins: [],
  writeSuite: "A256CBC-HS512",
  readSuites: cipherSuites,
  customProviders: {},
  proxyCalls: {},
  endpointOrigins: {},
  encryptionKeys: ["1"],
  writeEncryptionKey: "1",
  jobs: [],
  operators: [],
  rewrapSchedule: "off",
  // The lowest of the regions' defaults.
  kmsQuota: 10_000,
  kmsShare: 10,
  limits: {
    save: "120/minute",
    update: "120/minute",
    remove: "120/minute",
    verify: "20/minute",
    proxy: "600/minute",
    activity: "120/minute",
    failedAuthentication: "600/minute",
  },
  verifyOnSave: "on",
  proxyWithoutLimits: "allow",
  fallbackOn: fallbackReasons,
  actingRoles: [],
  proxyTimeoutSeconds: 300,
  tombstoneDays: 30,
  logRetentionDays: 30,
  stageRateLimit: 200,
  stageBurstLimit: 400,
  waf: "off",
  ...defaultAuditSettings,
};

/** Provider keys travel over TLS, or to this machine itself (the local stand-in). */
export function isAcceptableOrigin(origin: string): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url?.origin !== origin) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && url.hostname === "127.0.0.1");
}
