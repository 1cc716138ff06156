import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requestTarget } from "../../../local/http/request-target.ts";
import { closeServer, listen } from "../../../local/http/server.ts";
import { tokenIssuer } from "../../../local/issuer/issuer.ts";
import { handleIssuerPage } from "../../../local/issuer/pages.ts";

const issuer = await tokenIssuer("http://127.0.0.1:7480/local");
const server = createServer((incoming, response) => {
  void handleIssuerPage(incoming, response, requestTarget(incoming.url), issuer).then((handled) => {
    if (!handled) response.writeHead(404).end();
  });
});
let origin = "";

beforeAll(async () => {
  origin = await listen(server, 0);
});
afterAll(() => closeServer(server));

/** `fetch` sets `Host` itself; this does not. */
function get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(origin + path, { headers }, (response) => {
      void response.toArray().then((chunks) => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      });
    });
    sent.on("error", reject).end();
  });
}

describe("the local token issuer", () => {
  test("gives a token as plain text that its published keys verify", async () => {
    const answer = await fetch(`${origin}/local/token?sub=ada`);
    expect(answer.headers.get("content-type")).toMatch(/^text\/plain/);
    const jwks = (await (await fetch(`${origin}/local/jwks.json`)).json()) as JSONWebKeySet;
    const { payload, protectedHeader } = await jwtVerify(await answer.text(), createLocalJWKSet(jwks), {
      issuer: "http://127.0.0.1:7480/local",
      audience: "waxseal",
    });
    expect(protectedHeader.alg).toBe("ES256");
    expect(payload.sub).toBe("ada");
    expect(payload.exp! - payload.iat!).toBe(3600);
  });

  test("publishes no private key", async () => {
    const jwks = (await (await fetch(`${origin}/local/jwks.json`)).json()) as JSONWebKeySet;
    expect(jwks.keys).toHaveLength(1);
    expect(jwks.keys[0]).not.toHaveProperty("d");
  });

  test("gives an expired token where one is asked for, to try what happens then", async () => {
    const { body } = await get("/local/token?sub=ada&expiresIn=-60");
    const { keys } = issuer.jwks();
    await expect(jwtVerify(body, createLocalJWKSet({ keys }))).rejects.toThrow(/"exp"/);
  });

  test.each([
    ["a foreign Host, as after DNS rebinding", { host: "evil.example" }],
    ["this machine's name with another port", { host: "127.0.0.1:1" }],
    ["a request that a browser calls cross-site", { "sec-fetch-site": "cross-site" }],
    ["a request of another port's page", { "sec-fetch-site": "same-site" }],
    ["a foreign Origin", { origin: "https://evil.example" }],
  ])("refuses %s", async (_what, headers) => {
    const { status, body } = await get("/local/token?sub=ada", headers);
    expect(status).toBe(403);
    expect(body).not.toMatch(/^ey/);
  });

  test.each([
    ["a browser's address bar", { "sec-fetch-site": "none" }],
    ["a page of its own", { "sec-fetch-site": "same-origin" }],
  ])("answers %s", async (_what, headers) => {
    expect((await get("/local/token?sub=ada", headers)).status).toBe(200);
  });

  test.each(["", "?sub=", `?sub=${"a".repeat(513)}`, "?sub=ada&expiresIn=soon"])(
    "refuses an unusable request %#",
    async (query) => {
      expect((await get(`/local/token${query}`)).status).toBe(400);
    },
  );

  test("keeps its key in the data folder, readable by its owner only, so that tokens outlive a restart", async () => {
    const folder = mkdtempSync(join(tmpdir(), "waxseal-issuer-"));
    const file = join(folder, "issuer.json");
    const first = await tokenIssuer("http://127.0.0.1:7480/local", file);
    const second = await tokenIssuer("http://127.0.0.1:7480/local", file);
    const { keys } = second.jwks();
    const verified = await jwtVerify(await first.token("ada"), createLocalJWKSet({ keys }));
    expect(verified.payload.sub).toBe("ada");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    rmSync(folder, { recursive: true });
  });
});
