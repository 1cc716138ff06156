import { createClient } from "@supabase/supabase-js";
import { describe, expect, test } from "vitest";
import { optionsFromContext } from "../../infra/options.ts";
import { defaultSettings } from "../../lib/settings.ts";

const optionsOf = (context: Record<string, unknown>) => optionsFromContext((name) => context[name]);

describe("a Supabase project's URL", () => {
  const supabase = "https://abcd.supabase.co";

  test("sets the issuer, the audience, where the public keys are, and the cookie", () => {
    expect(optionsOf({ supabase }).settings).toEqual({
      ...defaultSettings,
      issuer: "https://abcd.supabase.co/auth/v1",
      audience: "authenticated",
      jwksUri: "https://abcd.supabase.co/auth/v1/.well-known/jwks.json",
      sessionCookie: "sb-abcd-auth-token",
    });
  });

  test("may stand in cdk.json, and gives way to each setting of its own", () => {
    const { settings } = optionsOf({ waxseal: { supabase, sessionCookie: "none" }, audience: "app" });
    expect(settings).toMatchObject({ audience: "app", sessionCookie: "none" });
    expect(settings.issuer).toBe("https://abcd.supabase.co/auth/v1");
  });

  test("names the cookie as supabase-js does", () => {
    for (const url of [supabase, "https://auth.app.test/", "http://127.0.0.1:54321"]) {
      const client = createClient(url, "a public name for the client", { auth: { persistSession: false } });
      const { storageKey } = client.auth as unknown as { storageKey: string };
      expect(optionsOf({ supabase: url }).settings.sessionCookie).toBe(storageKey);
    }
  });
});
