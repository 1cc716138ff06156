/** What each setting may be. A wrong one stops the synthesis, not a request a week later. */
import { auditLocks, checkpointScheduleOf, leastRetentionDays, trailModes } from "../lib/audit-settings.ts";
import { environmentOf } from "../lib/settings-environment.ts";
import { cipherSuites, fallbackReasons, limitNames, switchedJobs, type Settings } from "../lib/settings.ts";
import { retentionPeriods } from "./log-retention.ts";
import {
  isActingRole,
  isCallsOf,
  isCustomProvider,
  isEndpointId,
  isLimits,
  isListOf,
  isOneOf,
  isPageOrigin,
  isProviderOrigin,
  isRecordOf,
  isUrl,
  isWithin,
  matches,
} from "./setting-forms.ts";

interface Rule {
  readonly allowed: string;
  readonly holds: (value: unknown, settings: Settings) => boolean;
}

const isKmsKeyName = (value: unknown) => matches(value, /^[a-z0-9]{1,8}$/);
/** IAM user guide, "IAM identifiers". */
const isPrincipalArn = (value: unknown) =>
  matches(value, /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]{1,576}$/);
const isSuite = (value: unknown) => isOneOf(value, cipherSuites);

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
  sessionCookie: {
    allowed: "none, sb-<ref>-auth-token, or sb-*-auth-token",
    holds: (value) => matches(value, /^(none|sb-(\*|[a-z0-9-]{1,63})-auth-token)$/),
  },
  allowedOrigins: {
    allowed: "a list of origins of pages, as https://app.example (http on loopback only), none of them *",
    holds: (value) => isListOf(value, isPageOrigin),
  },
  readSuites: {
    allowed: `at least one of ${cipherSuites.join(", ")}`,
    holds: (value) => isListOf(value, isSuite, 1),
  },
  writeSuite: {
    allowed: `one of ${cipherSuites.join(", ")}, and one that readSuites has`,
    holds: (value, { readSuites }) => isSuite(value) && isOneOf(value, readSuites),
  },
  customProviders: {
    allowed:
      "by id (1 to 32 of a-z, 0-9 and -; not that of a registered provider that has an address) an object of " +
      "`like` (a registered provider or openai-compatible), `origins` (at least one, https; http on 127.0.0.1 " +
      "only) and, if need be, `displayName` (1 to 64 characters)",
    holds: (value) => isRecordOf(value, isCustomProvider),
  },
  proxyCalls: {
    allowed:
      "by the id of a provider that there is a list of calls, as GET, POST or DELETE and a path: " +
      "POST /v1/moderations, GET /v1/files/{id}",
    holds: (value, { customProviders }) => isRecordOf(value, isCallsOf(customProviders)),
  },
  endpointOrigins: {
    allowed: "an https origin (http on 127.0.0.1 only) by the id of an endpoint that there is, as openai-1",
    holds: (value, { customProviders }) =>
      isRecordOf(value, (origin, id) => isProviderOrigin(origin) && isEndpointId(customProviders, id)),
  },
  encryptionKeys: {
    // Each is a KMS key of the stack, of which there is no use for many.
    allowed: "a list of 1 to 9 different names of KMS keys, each 1 to 8 of a-z and 0-9",
    holds: (value) =>
      isListOf(value, isKmsKeyName, 1) && value.length < 10 && new Set(value).size === value.length,
  },
  writeEncryptionKey: {
    allowed: "one of encryptionKeys",
    holds: (value, { encryptionKeys }) => isOneOf(value, encryptionKeys),
  },
  jobs: {
    allowed: `a list of any of ${switchedJobs.join(", ")}`,
    holds: (value) => isListOf(value, (job) => isOneOf(job, switchedJobs)),
  },
  operators: {
    allowed: "a list of ARNs of IAM roles or users",
    holds: (value) => isListOf(value, isPrincipalArn),
  },
  rewrapSchedule: {
    allowed: "off, manual, rate(N hours), rate(N days), or cron(…) as Amazon EventBridge has it",
    holds: (value) =>
      matches(
        value,
        /^(off|manual|rate\((1 (hour|day)|([2-9]|[1-9]\d{1,2}) (hours|days))\)|cron\([\w ,*?/#-]{11,100}\))$/,
      ),
  },
  kmsQuota: wholeNumber(100, 1_000_000),
  kmsShare: wholeNumber(1, 90),
  limits: {
    allowed: `off or N/second, N/minute, N/hour or N/day for any of ${limitNames.join(", ")}`,
    holds: isLimits,
  },
  verifyOnSave: { allowed: "off or on", holds: (value) => isOneOf(value, ["off", "on"]) },
  proxyWithoutLimits: {
    allowed: "refuse or allow",
    holds: (value) => isOneOf(value, ["refuse", "allow"]),
  },
  fallbackOn: {
    allowed: `a list of any of ${fallbackReasons.join(", ")}`,
    holds: (value) => isListOf(value, (reason) => isOneOf(reason, fallbackReasons)),
  },
  actingRoles: {
    allowed:
      "a list of objects of `role` (its ARN), `users` (at least one user id, `*` at its end only) and `may` " +
      "(use, delete, or both)",
    holds: (value) => isListOf(value, isActingRole),
  },
  // Lambda ends an invocation at 900 seconds; the function needs ten of them for itself.
  proxyTimeoutSeconds: wholeNumber(1, 890),
  tombstoneDays: wholeNumber(1, 3650),
  logRetentionDays: {
    allowed: `one of ${retentionPeriods.join(", ")}`,
    holds: (value) => isOneOf(value, retentionPeriods),
  },
  // The account's own quota is 10,000 a second at first, and can be raised (API Gateway, "Quotas").
  stageRateLimit: wholeNumber(1, 100_000),
  stageBurstLimit: wholeNumber(1, 100_000),
  auditLock: { allowed: `one of ${auditLocks.join(", ")}`, holds: (value) => isOneOf(value, auditLocks) },
  auditLockDays: wholeNumber(1, 36_500),
  auditRetentionDays: {
    // Only what a signed checkpoint covers expires: without any, nothing would, and nobody would know.
    allowed: `0 (for ever), or, where checkpoints are signed, a whole number of days from ${leastRetentionDays} to 36500`,
    holds: (value, settings) =>
      value === 0 ||
      (isWithin(value, leastRetentionDays, 36_500) && checkpointScheduleOf(settings) !== "off"),
  },
  // Lambda, "CreateEventSourceMapping": MaximumBatchingWindowInSeconds.
  // With more, `audit verify` would miss what only waits to be recorded.
  auditBatchSeconds: wholeNumber(0, 60),
  checkpointSchedule: {
    allowed:
      "off, by-stage, rate(N minutes), rate(N hours), rate(N days), or cron(…) as Amazon EventBridge has it",
    holds: (value) =>
      matches(
        value,
        /^(off|by-stage|rate\((1 (minute|hour|day)|([2-9]|[1-9]\d{1,2}) (minutes|hours|days))\)|cron\([\w ,*?/#-]{11,100}\))$/,
      ),
  },
  // Below the overlap that is left to what was written late; see `lib/audit/take-checkpoint.ts`.
  checkpointSettleSeconds: wholeNumber(1, 600),
  trail: { allowed: `one of ${trailModes.join(", ")}`, holds: (value) => isOneOf(value, trailModes) },
  trailBucket: {
    allowed: "the name of the trail's bucket where trail is existing, else none",
    holds: (value, { trail }) =>
      trail === "existing" ? matches(value, /^(?!none$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/) : value === "none",
  },
  trailPrefix: {
    allowed: "the prefix that the trail was given, without a slash at its ends, or none",
    holds: (value) => matches(value, /^[A-Za-z0-9!_.*'()-]+(\/[A-Za-z0-9!_.*'()-]+)*$/),
  },
  // An hour is longer than any claim's function lives; a day is longer than anybody wants to wait.
  graceSeconds: wholeNumber(0, 86_400),
  auditors: {
    allowed: "a list of ARNs of IAM roles or users",
    holds: (value) => isListOf(value, isPrincipalArn),
  },
  waf: { allowed: "off or on", holds: (value) => isOneOf(value, ["off", "on"]) },
};

/** @throws Error naming the first setting that is not allowed, and what is. */
export function checkSettings(settings: Settings): void {
  for (const [name, rule] of Object.entries(rules)) {
    if (!rule.holds(settings[name as keyof Settings], settings))
      throw new Error(`${name} must be ${rule.allowed}`);
  }
  checkEnvironment(settings);
}

/** Of names and ARNs that are known at the deployment only: three tables, a KMS key, the function's own. */
const bytesOfTheStack = 600;

/**
 * All environment variables of a function together may take 4 KB (AWS Lambda, "Lambda quotas"), counted as
 * the JSON that they are kept as.
 */
function checkEnvironment(settings: Settings): void {
  const environment = environmentOf(settings);
  const over = Buffer.byteLength(JSON.stringify(environment)) + bytesOfTheStack - 4096;
  if (over <= 0) return;
  const [longest] = Object.entries(environment).toSorted(([, one], [, other]) => other.length - one.length);
  throw new Error(
    `the settings are ${over} bytes too many for a function's environment, which Lambda limits to 4 KB; ` +
      `the longest is ${longest?.[0] ?? ""}`,
  );
}

function wholeNumber(least: number, most: number): Rule {
  return {
    allowed: `a whole number from ${least} to ${most}`,
    holds: (value) => isWithin(value, least, most),
  };
}
