import { describe, expect, test } from "vitest";
import { defaultSettings, type Settings } from "../../lib/settings.ts";
import { environmentOf, settingsFromEnvironment } from "../../lib/settings-environment.ts";

const added = { WAXSEAL_TABLE: "ProviderKeys", WAXSEAL_LIMITS_TABLE: "RateLimits" };
const environment = { ...environmentOf(defaultSettings), ...added };

test("what a function reads is what the stack was given", () => {
  const settings: Settings = {
    ...defaultSettings,
    sessionCookie: "sb-*-auth-token",
    allowedOrigins: ["https://app.example"],
    customProviders: { vllm: { like: "openai-compatible", origins: ["https://llm.example"] } },
    proxyCalls: { openai: ["POST /v1/files"] },
    endpointOrigins: { "openai-1": "https://eu.api.openai.com" },
    limits: { ...defaultSettings.limits, save: "off" },
    proxyWithoutLimits: "refuse",
    fallbackOn: ["429"],
    actingRoles: [{ role: "arn:aws:iam::111122223333:role/chat", users: ["*"], may: ["use"] }],
  };
  const { table, limitsTable, encryptionKeyId, ...read } = settingsFromEnvironment({
    ...environmentOf(settings),
    ...added,
  });
  const { logRetentionDays, stageRateLimit, stageBurstLimit, waf, ...others } = settings;
  // What the stack alone reads of jobs, KMS keys and the audit: a function is told the ARN that it is to use.
  const ofTheStack = [
    ...["encryptionKeys", "writeEncryptionKey", "jobs", "operators"],
    ...["rewrapSchedule", "kmsQuota", "kmsShare"],
    ...["auditLock", "auditLockDays", "auditRetentionDays", "auditBatchSeconds", "checkpointSchedule"],
    "checkpointSettleSeconds",
    ...["trail", "trailBucket", "trailPrefix", "graceSeconds", "auditors"],
  ];
  const given = Object.entries(others).filter(([name]) => !ofTheStack.includes(name));
  expect(read).toEqual(Object.fromEntries(given));
  expect([table, limitsTable, encryptionKeyId]).toEqual(["ProviderKeys", "RateLimits", undefined]);
  expect([logRetentionDays, stageRateLimit, stageBurstLimit, waf]).toEqual([30, 200, 400, "off"]);
});

describe("a function does not run with", () => {
  test.each(Object.keys(environment).filter((name) => name !== "WAXSEAL_LIMITS_TABLE"))("no %s", (name) => {
    expect(() => settingsFromEnvironment({ ...environment, [name]: "" })).toThrow(
      expect.objectContaining({ code: "INVALID_SETTINGS" }),
    );
  });

  test.each([
    ["WAXSEAL_READ_SUITES", "A128CBC"],
    // A text has `includes` too: part of an origin would do.
    ["WAXSEAL_ALLOWED_ORIGINS", '"https://app.example"'],
    ["WAXSEAL_ALLOWED_ORIGINS", "https://app.example"],
    ["WAXSEAL_ACTING_ROLES", "{}"],
    ["WAXSEAL_FALLBACK_ON", '"401"'],
    ["WAXSEAL_LIMITS", "{}"],
    ["WAXSEAL_LIMITS", JSON.stringify({ ...defaultSettings.limits, save: "many" })],
    ["WAXSEAL_LIMITS", JSON.stringify({ ...defaultSettings.limits, save: "0/minute" })],
    ["WAXSEAL_ENDPOINT_ORIGINS", '{"openai-1":"http://evil.example"}'],
    ["WAXSEAL_CUSTOM_PROVIDERS", '{"x":{"like":"openai","origins":["http://10.0.0.1"]}}'],
    ["WAXSEAL_PROXY_TIMEOUT_SECONDS", "0"],
  ])("%s as %s", (name, value) => {
    expect(() => settingsFromEnvironment({ ...environment, [name]: value })).toThrow(
      expect.objectContaining({ code: "INVALID_SETTINGS" }),
    );
  });

  test("anything but the very word for a proxy without limits: it refuses", () => {
    const odd = { ...environment, WAXSEAL_PROXY_WITHOUT_LIMITS: "Allow" };
    expect(settingsFromEnvironment(odd).proxyWithoutLimits).toBe("refuse");
  });
});
