import { SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { sessionToken } from "../../../lambdas/http/session-cookie.ts";
import { CookieJar, signIn } from "../../support/supabase.ts";
import { apiEvent } from "./api-event.ts";

const NAME = "sb-abcdefghijklmnopqrst-auth-token";
const accessToken = await new SignJWT({ sub: "ada" })
  .setProtectedHeader({ alg: "HS256" })
  .setExpirationTime("1h")
  .sign(new Uint8Array(32));

const json = (token = accessToken) => JSON.stringify({ access_token: token, refresh_token: "r" });
const base64 = (token = accessToken) => `base64-${Buffer.from(json(token)).toString("base64url")}`;
const read = (cookie: string | string[], setting = "sb-*-auth-token") =>
  sessionToken(apiEvent({ Cookie: cookie }), setting);
const refusal = expect.objectContaining({ code: "AUTHENTICATION_REQUIRED" }) as Error;

describe("a session that @supabase/ssr wrote", () => {
  test.each(["server", "browser"] as const)("by its %s client is read", async (client) => {
    const jar = await signIn(accessToken, { client });
    expect(jar.names).toEqual([NAME]);
    expect(jar.header()).toContain(`${NAME}=base64-`);
    expect(read(jar.header())).toBe(accessToken);
  });

  test.each([
    ["base64url", 3000],
    ["raw", 1000],
  ] as const)("in several chunks, as %s, is read", async (encoding, metadataLength) => {
    const jar = await signIn(accessToken, { encoding, metadataLength });
    expect(jar.names).toEqual(expect.arrayContaining([`${NAME}.0`, `${NAME}.1`]));
    expect(read(jar.header(), NAME)).toBe(accessToken);
  });

  test("as plain JSON, URL-encoded, is read", async () => {
    const jar = await signIn(accessToken, { encoding: "raw", metadata: { name: 'Ada; "é" 📎 {}' } });
    expect(jar.header()).toContain(`${NAME}=%7B%22access_token%22`);
    expect(read(jar.header())).toBe(accessToken);
  });

  test("that became shorter leaves no chunk that matters", async () => {
    const jar = new CookieJar();
    await signIn(accessToken, { metadataLength: 3000, jar });
    await signIn(accessToken, { jar });
    expect(read(jar.header())).toBe(accessToken);
  });
});

describe("a session's cookie", () => {
  test.each([
    ["among others", `theme=dark; ${NAME}=${base64()}; lang=en`],
    ["in a header of its own", [`theme=dark`, `${NAME}=${base64()}`]],
    ["as JSON that is not encoded", `${NAME}=${json()}`],
    ["twice the same", `${NAME}=${base64()}; ${NAME}=${base64()}`],
    ["beside a code verifier of the sign-in", `${NAME}-code-verifier=base64-x; ${NAME}=${base64()}`],
    ["beside chunks that were removed", `${NAME}=${base64()}; ${NAME}.0=; ${NAME}.1=`],
    ["in chunks out of order", `${NAME}.1=${base64().slice(50)}; ${NAME}.0=${base64().slice(0, 50)}`],
  ])("%s is read", (_how, cookie) => {
    expect(read(cookie)).toBe(accessToken);
  });

  test("is read for the one name that is set, whatever others are there", () => {
    const other = `sb-other-auth-token=${base64("x.y.z")}`;
    expect(read(`${other}; ${NAME}=${base64()}`, NAME)).toBe(accessToken);
    expect(read(other, NAME)).toBeUndefined();
  });

  test.each([
    ["the setting is none", `${NAME}=${base64()}`, "none"],
    ["there is no cookie", "", "sb-*-auth-token"],
    ["there are only others", "theme=dark", "sb-*-auth-token"],
    ["it is empty", `${NAME}=`, "sb-*-auth-token"],
    ["there is only a code verifier", `${NAME}-code-verifier=${base64()}`, "sb-*-auth-token"],
    ["there is only one of a flow", `${NAME}-flow-abcdefgh-code-verifier=${base64()}`, "sb-*-auth-token"],
    ["its name is longer", `x${NAME}=${base64()}; ${NAME}x=${base64()}`, "sb-*-auth-token"],
    ["its name has another case", `${NAME.toUpperCase()}=${base64()}`, "sb-*-auth-token"],
    ["its name is encoded", `${NAME.replace("sb-", "%73b-")}=${base64()}`, "sb-*-auth-token"],
  ])("is not there if %s", (_why, cookie, setting) => {
    expect(read(cookie, setting)).toBeUndefined();
  });

  test.each([
    ["twice with different values", `${NAME}=${base64()}; ${NAME}=${base64("x.y.z")}`],
    ["of two projects under the wildcard", `${NAME}=${base64()}; sb-other-auth-token=${base64()}`],
    ["whole and in chunks at once", `${NAME}=${base64()}; ${NAME}.0=${base64()}`],
    ["with its first chunk missing", `${NAME}.1=${base64()}`],
    ["with a chunk in the middle missing", `${NAME}.0=${base64()}; ${NAME}.2=x`],
    ["with chunks of different sessions", `${NAME}.0=${base64().slice(0, 50)}; ${NAME}.1=${json()}`],
    ["with a chunk twice", `${NAME}.0=${base64()}; ${NAME}.0=${base64("x.y.z")}`],
    ["that is no JSON", `${NAME}=base64-${Buffer.from("{").toString("base64url")}`],
    ["that is not UTF-8", `${NAME}=base64-${Buffer.from([0x22, 0xff, 0x22]).toString("base64url")}`],
    ["that is a list", `${NAME}=${JSON.stringify([accessToken])}`],
    ["that is null", `${NAME}=null`],
    ["without an access token", `${NAME}={"refresh_token":"r"}`],
    ["with an access token that is no text", `${NAME}={"access_token":{"toString":"x"}}`],
    ["that is only the prefix", `${NAME}=base64-`],
    ["that is longer than the gateway lets pass", `${NAME}=${base64()}; x=${"x".repeat(10_240)}`],
  ])("%s is refused", (_how, cookie) => {
    expect(() => read(cookie)).toThrow(refusal);
  });
});
