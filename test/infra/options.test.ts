import { describe, expect, test, vi } from "vitest";
import { optionsFromContext } from "../../infra/options.ts";
import { synthesize } from "../../infra/synth.ts";
import { defaultSettings } from "../../lib/settings.ts";
import { fixtureEntries, temporaryFolder, testSettings } from "./synthesised.ts";

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
      endpointOrigins: '{"openai":"https://eu.api.openai.com"}',
      accessLogs: "true",
    });
    expect(settings).toEqual({
      ...defaultSettings,
      proxyTimeoutSeconds: 60,
      readSuites: ["A256GCM"],
      writeSuite: "A256GCM",
      endpointOrigins: { openai: "https://eu.api.openai.com" },
    });
    expect(accessLogs).toBe(true);
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
    [{ endpointOrigins: "[]" }, "endpointOrigins must be an https origin by endpoint id"],
    [{ endpointOrigins: { openai: "https://eu.api.openai.com/v1" } }, "endpointOrigins must be"],
    [{ endpointOrigins: { openai: "http://eu.api.openai.com" } }, "endpointOrigins must be"],
    [{ proxyTimeoutSeconds: "0" }, "proxyTimeoutSeconds must be a whole number from 1 to 890"],
    [{ proxyTimeoutSeconds: 891 }, "proxyTimeoutSeconds must be"],
    [{ tombstoneDays: "a week" }, "tombstoneDays must be a whole number"],
    [{ logRetentionDays: 31 }, "logRetentionDays must be one of 1, 3, 5, 7, 14, 30"],
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
