/** What each setting may be. A wrong one stops the synthesis, not a request a week later. */
import { cipherSuites, type Settings } from "../lib/settings.ts";
import { retentionPeriods } from "./log-retention.ts";

interface Rule {
  readonly allowed: string;
  readonly holds: (value: unknown, settings: Settings) => boolean;
}

const loopbackHosts = ["127.0.0.1", "localhost", "[::1]"];

const rules: Readonly<Record<keyof Settings, Rule>> = {
  stage: {
    // Part of function names, the API's stage name (letters, digits, _ and -) and the KMS alias.
    allowed: "1 to 16 of a-z, 0-9 and -, beginning with a letter",
    holds: (value) => matches(value, /^[a-z][a-z0-9-]{0,15}$/),
  },
  issuer: { allowed: "an https URL (http on loopback only)", holds: isUrl },
  jwksUri: { allowed: "an https URL (http on loopback only)", holds: isUrl },
  audience: {
    allowed: "what `aud` must name, 1 to 256 characters",
    holds: (value) => matches(value, /^.{1,256}$/),
  },
  ownerClaim: {
    allowed: "a claim's name, 1 to 128 characters without spaces",
    holds: (value) => matches(value, /^\S{1,128}$/),
  },
  readSuites: {
    allowed: `at least one of ${cipherSuites.join(", ")}`,
    holds: (value) => Array.isArray(value) && value.length > 0 && value.every(isSuite),
  },
  writeSuite: {
    allowed: `one of ${cipherSuites.join(", ")}, and one that readSuites has`,
    holds: (value, settings) => isSuite(value) && settings.readSuites.some((suite) => suite === value),
  },
  endpointOrigins: { allowed: "an https origin by endpoint id", holds: isOrigins },
  // Lambda ends an invocation at 900 seconds; the function needs ten of them for itself.
  proxyTimeoutSeconds: { allowed: "a whole number from 1 to 890", holds: (value) => isWithin(value, 1, 890) },
  tombstoneDays: { allowed: "a whole number from 1 to 3650", holds: (value) => isWithin(value, 1, 3650) },
  logRetentionDays: {
    allowed: `one of ${retentionPeriods.join(", ")}`,
    holds: (value) => retentionPeriods.some((days) => days === value),
  },
};

/** @throws Error naming the first setting that is not allowed, and what is. */
export function checkSettings(settings: Settings): void {
  for (const [name, rule] of Object.entries(rules)) {
    if (!rule.holds(settings[name as keyof Settings], settings))
      throw new Error(`${name} must be ${rule.allowed}`);
  }
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}

function isSuite(value: unknown): boolean {
  return cipherSuites.some((suite) => suite === value);
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

function isUrl(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const url = new URL(value);
  return url.protocol === "https:" || (url.protocol === "http:" && loopbackHosts.includes(url.hostname));
}

function isOrigins(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((origin) => isUrl(origin) && new URL(origin as string).origin === origin);
}
