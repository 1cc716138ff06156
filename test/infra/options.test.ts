import { describe, expect, test, vi } from "vitest";
import { optionsFromContext } from "../../infra/options.ts";
import { synthesize } from "../../infra/synth.ts";
import { defaultSettings } from "../../lib/settings.ts";
import { fixtureEntries, temporaryFolder, testSettings } from "./synthesised.ts";

const role = "arn:aws:iam::123456789012:role/chat/Assistant";
const acting = { role, users: ["*"], may: ["use", "delete"] };
const own = { like: "openai", origins: ["https://mine.test"] };

const optionsOf = (context: Record<string, unknown>) => optionsFromContext((name) => context[name]);

describe("what an operator sets", () => {
  test("is the defaults where nothing is said", () => {
    expect(optionsOf({})).toEqual({ settings: defaultSettings, accessLogs: false });
  });

  test("comes from waxseal in cdk.json, and over it from -c", () => {
    const waxseal = { stage: "test", audience: "app", tombstoneDays: 7, accessLogs: true };
    const { settings, accessLogs } = optionsOf({ waxseal, stage: "prod" });
    expect(settings).toEqual({ ...defaultSettings, stage: "prod", audience: "app", tombstoneDays: 7 });
    expect(accessLogs).toBe(true);
  });

  test("is read from the strings of the command line by the type of each setting", () => {
    const { settings, accessLogs } = optionsOf({
      proxyTimeoutSeconds: "60",
      readSuites: "A256GCM",
      writeSuite: "A256GCM",
      endpointOrigins: '{"openai-1":"https://eu.api.openai.com"}',
      accessLogs: "true",
    });
    expect(settings).toEqual({
      ...defaultSettings,
      proxyTimeoutSeconds: 60,
      readSuites: ["A256GCM"],
      writeSuite: "A256GCM",
      endpointOrigins: { "openai-1": "https://eu.api.openai.com" },
    });
    expect(accessLogs).toBe(true);
  });

  test("takes lists with commas or as JSON, and objects as JSON", () => {
    const { settings } = optionsOf({
      allowedOrigins: "https://app.test, http://localhost:3000",
      fallbackOn: "",
      actingRoles: `[{"role":"${role}","users":["team-*"],"may":["use"]}]`,
      customProviders: '{"azure-eu":{"like":"openai","origins":["https://azure.test"]}}',
      proxyCalls: '{"azure-eu":["GET /v1/files/{id}"]}',
    });
    expect(settings).toEqual({
      ...defaultSettings,
      allowedOrigins: ["https://app.test", "http://localhost:3000"],
      fallbackOn: [],
      actingRoles: [{ role, users: ["team-*"], may: ["use"] }],
      customProviders: { "azure-eu": { like: "openai", origins: ["https://azure.test"] } },
      proxyCalls: { "azure-eu": ["GET /v1/files/{id}"] },
    });
  });

  test("is some limits, over the others' defaults", () => {
    const { limits } = optionsOf({ limits: '{"save":"5/minute","proxy":"off"}' }).settings;
    expect(limits).toEqual({ ...defaultSettings.limits, save: "5/minute", proxy: "off" });
  });

  test.each([
    [{ stage: "Prod" }, "stage must be 1 to 16 of a-z, 0-9 and -, beginning with a letter"],
    [{ stage: "a-very-long-stage" }, "stage must be"],
    [{ issuer: "issuer.test" }, "issuer must be an https URL (http on loopback only)"],
    [{ issuer: "http://issuer.test" }, "issuer must be"],
    [{ jwksUri: "ftp://issuer.test" }, "jwksUri must be"],
    [{ audience: "" }, "audience must be"],
    [{ ownerClaim: "two words" }, "ownerClaim must be"],
    [{ writeSuite: "A128CBC" }, "writeSuite must be one of A256CBC-HS512, A256GCM"],
    [{ writeSuite: "A256CBC-HS512", readSuites: "A256GCM" }, "writeSuite must be"],
    [{ readSuites: "" }, "readSuites must be"],
    [{ readSuites: "A256GCM,none", writeSuite: "A256GCM" }, "readSuites must be"],
    [{ endpointOrigins: "{" }, "endpointOrigins must be JSON"],
    [
      { actingRoles: [{ role: "arn:aws:iam::111122223333:role/chat/", users: ["*"], may: ["use"] }] },
      "actingRoles must be",
    ],
    [
      { endpointOrigins: "[]" },
      "endpointOrigins must be an https origin (http on 127.0.0.1 only) by the id of an endpoint that there is",
    ],
    [{ endpointOrigins: { "openai-1": "http://localhost:7480" } }, "endpointOrigins must be"],
    [{ endpointOrigins: { "openai-1": "https://eu.api.openai.com/v1" } }, "endpointOrigins must be"],
    [{ endpointOrigins: { "openai-1": "http://eu.api.openai.com" } }, "endpointOrigins must be"],
    [{ endpointOrigins: { "opnai-1": "https://eu.api.openai.com" } }, "endpointOrigins must be"],
    [{ proxyTimeoutSeconds: "0" }, "proxyTimeoutSeconds must be a whole number from 1 to 890"],
    [{ proxyTimeoutSeconds: 891 }, "proxyTimeoutSeconds must be"],
    [{ tombstoneDays: "a week" }, "tombstoneDays must be a whole number"],
    [{ logRetentionDays: 31 }, "logRetentionDays must be one of 1, 3, 5, 7, 14, 30"],
    [{ sessionCookie: "session" }, "sessionCookie must be none, sb-<ref>-auth-token, or sb-*-auth-token"],
    [{ allowedOrigins: "*" }, "allowedOrigins must be a list of origins of pages"],
    [{ allowedOrigins: "http://app.test" }, "allowedOrigins must be"],
    [{ allowedOrigins: "https://app.test/" }, "allowedOrigins must be"],
    [{ allowedOrigins: "https://app'.test" }, "allowedOrigins must be"],
    [{ customProviders: { Azure: own } }, "customProviders must be by id"],
    [{ customProviders: { openai: own } }, "customProviders must be"],
    [{ customProviders: { mine: { ...own, like: "nothing-known" } } }, "customProviders must be"],
    [{ customProviders: { mine: { ...own, origins: [] } } }, "customProviders must be"],
    [{ customProviders: { mine: { ...own, origins: ["http://mine.test"] } } }, "customProviders must be"],
    [{ customProviders: { mine: { ...own, displayName: "" } } }, "customProviders must be"],
    [{ customProviders: { mine: { ...own, apiKey: "" } } }, "customProviders must be"],
    [{ proxyCalls: { openai: ["PATCH /v1/files"] } }, "proxyCalls must be by the id of a provider"],
    [{ proxyCalls: { openai: [] } }, "proxyCalls must be"],
    [{ proxyCalls: { mine: ["GET /v1/models"] } }, "proxyCalls must be"],
    [{ encryptionKeys: "" }, "encryptionKeys must be a list of 1 to 9 different names of KMS keys"],
    [{ encryptionKeys: "1,1" }, "encryptionKeys must be"],
    [{ encryptionKeys: "1,Two" }, "encryptionKeys must be"],
    [{ encryptionKeys: "1,2,3,4,5,6,7,8,9,10" }, "encryptionKeys must be"],
    [{ writeEncryptionKey: "2" }, "writeEncryptionKey must be one of encryptionKeys"],
    [{ encryptionKeys: "2,3" }, "writeEncryptionKey must be"],
    [{ jobs: "rewrap" }, "jobs must be a list of any of reseal, import, export"],
    [{ operators: "admin" }, "operators must be a list of ARNs of IAM roles or users"],
    [{ operators: "arn:aws:iam::111122223333:root" }, "operators must be"],
    [{ operators: "*" }, "operators must be"],
    [{ rewrapSchedule: "weekly" }, "rewrapSchedule must be off"],
    [{ rewrapSchedule: "rate(1 minute)" }, "rewrapSchedule must be"],
    [{ rewrapSchedule: "rate(1 days)" }, "rewrapSchedule must be"],
    [{ kmsQuota: 10 }, "kmsQuota must be a whole number from 100 to 1000000"],
    [{ kmsShare: 100 }, "kmsShare must be a whole number from 1 to 90"],
    [{ auditBatchSeconds: 61 }, "auditBatchSeconds must be a whole number from 0 to 60"],
    [
      { auditRetentionDays: "7", checkpointSchedule: "rate(1 hour)" },
      "auditRetentionDays must be 0 (for ever)",
    ],
    [
      { auditRetentionDays: "400" },
      "auditRetentionDays must be 0 (for ever), or, where checkpoints are signed",
    ],
    [{ limits: { save: "5/week" } }, "limits must be off or N/second, N/minute, N/hour or N/day for any of"],
    [{ limits: { save: "0/minute" } }, "limits must be"],
    [{ limits: { saves: "5/minute" } }, "limits must be"],
    [{ limits: "off" }, "limits must be JSON"],
    [{ proxyWithoutLimits: "maybe" }, "proxyWithoutLimits must be refuse or allow"],
    [{ fallbackOn: "401,500" }, "fallbackOn must be a list of any of 401, 403, 429, quota"],
    [{ actingRoles: "chat" }, "actingRoles must be a list of objects of `role` (its ARN)"],
    [{ actingRoles: [{ ...acting, role: "chat" }] }, "actingRoles must be"],
    [{ actingRoles: [{ ...acting, role: "arn:aws:iam::123456789012:user/chat" }] }, "actingRoles must be"],
    [{ actingRoles: [{ ...acting, users: [] }] }, "actingRoles must be"],
    [{ actingRoles: [{ ...acting, users: [""] }] }, "actingRoles must be"],
    [{ actingRoles: [{ ...acting, users: ["*-team"] }] }, "actingRoles must be"],
    [{ actingRoles: [{ ...acting, may: ["save"] }] }, "actingRoles must be"],
    [{ actingRoles: [{ ...acting, may: [] }] }, "actingRoles must be"],
    [{ stageRateLimit: "0" }, "stageRateLimit must be a whole number from 1 to 100000"],
    [{ stageBurstLimit: 0.5 }, "stageBurstLimit must be"],
    [{ waf: true }, "waf must be off or on"],
    [{ supabase: "abcd" }, "supabase must be a project's URL, as https://<ref>.supabase.co"],
    [{ supabase: "https://abcd.supabase.co/auth/v1" }, "supabase must be"],
    [{ accessLogs: "yes" }, "accessLogs must be true or false"],
    [
      { waxseal: { isuer: "https://issuer.test" } },
      "isuer in cdk.json is not a setting; the settings are stage, issuer,",
    ],
    [{ waxseal: "prod" }, "waxseal in cdk.json must be an object"],
  ])("%j is refused, by name and with what is allowed", (context, message) => {
    expect(() => optionsOf(context)).toThrow(message);
  });

  test("may be an issuer on loopback, for the local system", () => {
    const { settings } = optionsOf({
      issuer: "http://127.0.0.1:7480",
      jwksUri: "http://localhost:7480/jwks",
    });
    expect(settings.issuer).toBe("http://127.0.0.1:7480");
  });

  test("is checked in process too", () => {
    expect(() => synthesize({ ...testSettings, stage: "?" }, temporaryFolder())).toThrow("stage must be");
  });
});

describe("the placeholders", () => {
  const warningsOf = (settings: typeof defaultSettings) =>
    synthesize(settings, temporaryFolder(), { entries: fixtureEntries, check: false })
      .stacks[0]?.messages.filter(({ entry }) => entry.type === "aws:cdk:warning")
      .map(({ entry }) => entry.data);

  test("are warned of: with them no token is accepted", () => {
    vi.spyOn(console, "error").mockReturnValue();
    expect(warningsOf(defaultSettings)).toEqual([
      expect.stringContaining("No token will be accepted until issuer is set"),
      expect.stringContaining("No token will be accepted until jwksUri is set"),
    ]);
  });

  test("once replaced are not", () => {
    expect(warningsOf(testSettings)).toEqual([]);
  });
});
