import { parseCookie } from "cookie";
import * as z from "zod/mini";
import { WaxsealError } from "../../lib/errors.ts";
import { headerValues, type ApiEvent } from "./event.ts";

/** API Gateway passes on 10,240 bytes of headers; a forged event may have more. */
const MAX_COOKIES_LENGTH = 10_240;
/** `sessionCookie` as a setting: any project's. Supabase makes the name of the first label of its API's host. */
const ANY = "sb-*-auth-token";
const ANY_NAME = /^sb-[A-Za-z0-9_-]+-auth-token$/;
const CHUNK = /^(.*)\.(0|[1-9]\d?)$/s;
const BASE64URL = "base64-";

const session = z.object({ access_token: z.string() });

/**
 * The access token in the cookies of a Supabase session, as `@supabase/ssr` 0.12 writes them: JSON, plain (then
 * URL-encoded) or as `base64-` and base64url, in the cookie `sb-<ref>-auth-token` or, where it is long, in chunks
 * named `.0`, `.1` and on (its `cookies.ts` and `utils/chunker.ts`, read in November 2026). Whether the token is
 * good is not looked at.
 *
 * @param sessionCookie - the setting: `none`, a name, or `sb-*-auth-token`.
 * @returns `undefined` if there is no such cookie.
 * @throws {WaxsealError} `AUTHENTICATION_REQUIRED` where it is not plain which session is meant, or what it says:
 *   a page of a sibling domain can set cookies too, and must not choose whose session it is.
 */
export function sessionToken(event: ApiEvent, sessionCookie: string): string | undefined {
  if (sessionCookie === "none") return undefined;
  const header = headerValues(event, "cookie").join(";");
  if (header.length > MAX_COOKIES_LENGTH) refuse();
  const chunksByName = new Map<string, Map<string, string>>();
  for (const [cookieName, value] of cookiesOf(header)) {
    const [name, chunk] = chunkOf(cookieName, sessionCookie);
    if (name === undefined) continue;
    const chunks = chunksByName.get(name) ?? new Map<string, string>();
    if ((chunks.get(chunk) ?? value) !== value) refuse();
    chunksByName.set(name, chunks.set(chunk, value));
  }
  const [chunks, ...others] = chunksByName.values();
  if (others.length > 0) refuse();
  return chunks && accessToken(joined(chunks));
}

/** Each with its name: the parser alone keeps the first of two. One that is empty is one that was removed. */
function cookiesOf(header: string): [name: string, value: string][] {
  return header
    .split(";")
    .flatMap((pair) => Object.entries(parseCookie(pair)))
    .flatMap(([name, value]) => (value ? [[name, value]] : []));
}

/** The session that a cookie belongs to, and which part of it is there: `""` is the whole. */
function chunkOf(cookieName: string, sessionCookie: string): [name: string | undefined, chunk: string] {
  const isSession = (name: string) => (sessionCookie === ANY ? ANY_NAME.test(name) : name === sessionCookie);
  if (isSession(cookieName)) return [cookieName, ""];
  const [, name = "", chunk = ""] = CHUNK.exec(cookieName) ?? [];
  return [isSession(name) ? name : undefined, chunk];
}

/** The whole, or all chunks: with both, or with one missing, they are of different sessions. */
function joined(chunks: ReadonlyMap<string, string>): string {
  const whole = chunks.get("");
  if (whole !== undefined) return chunks.size === 1 ? whole : refuse();
  return Array.from({ length: chunks.size }, (_, index) => chunks.get(String(index)) ?? refuse()).join("");
}

function accessToken(value: string): string {
  const parsed = z.safeParse(session, parseJson(value));
  return parsed.success ? parsed.data.access_token : refuse();
}

function parseJson(value: string): unknown {
  try {
    if (!value.startsWith(BASE64URL)) return JSON.parse(value);
    const bytes = Buffer.from(value.slice(BASE64URL.length), "base64url");
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return refuse();
  }
}

function refuse(): never {
  throw new WaxsealError("AUTHENTICATION_REQUIRED");
}
