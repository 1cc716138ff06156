import type { Settings } from "../lib/settings.ts";
import { isPageOrigin } from "./setting-forms.ts";

/**
 * What a Supabase project's URL says of its tokens, each to be overridden by its own setting: `-c
 * supabase=https://<ref>.supabase.co`. The project must sign with an asymmetric key: a shared secret is in no JWKS,
 * and Waxseal takes none (Supabase, "JWT Signing Keys", read in November 2026).
 *
 * @throws Error if it is no such URL.
 */
export function supabaseSettings(given: unknown): Partial<Settings> {
  if (given === undefined) return {};
  const origin = typeof given === "string" ? given.replace(/\/$/, "") : undefined;
  if (origin === undefined || !isPageOrigin(origin))
    throw new Error("supabase must be a project's URL, as https://<ref>.supabase.co");
  const issuer = `${origin}/auth/v1`;
  const [ref] = new URL(origin).hostname.split(".");
  return {
    issuer,
    audience: "authenticated",
    jwksUri: `${issuer}/.well-known/jwks.json`,
    // As supabase-js 2 names it by default (`defaultStorageKey` of its SupabaseClient.ts, read in November 2026).
    sessionCookie: `sb-${ref}-auth-token`,
  };
}
