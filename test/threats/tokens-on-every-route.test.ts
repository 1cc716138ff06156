import { afterAll, beforeAll, expect, test } from "vitest";
import { routes } from "../../lib/routes.ts";
import { defaultSettings } from "../../lib/settings.ts";
import type { LocalSystem } from "../../local/system.ts";
import { forgeries } from "../support/forgeries.ts";
import { canaryKey } from "../support/keys.ts";
import { Person, startForTest, storedItems } from "../support/local-system.ts";
import { startServer } from "../support/token-check.ts";

/** The attacks of `tokens.test.ts` that need no key of the issuer's, on each route of the running system. */
let system: LocalSystem;
let attacker: Awaited<ReturnType<typeof startServer>>;
let tokens: Record<string, string>;

beforeAll(async () => {
  const limits = { ...defaultSettings.limits, failedAuthentication: "off" } as const;
  system = await startForTest({ settings: { limits } });
  // The refusals below mean something, since a good token is taken.
  expect((await (await Person.named(system, "ada")).save(canaryKey("openai"))).status).toBe(200);
  attacker = await startServer({});
  const jwks = (await (await fetch(`${system.api}/local/jwks.json`)).json()) as { keys: object[] };
  tokens = forgeries({ token: await system.token("eve"), jwks, server: attacker.url });
});
afterAll(async () => {
  await attacker.close();
  await system.close();
});

/** What is public is the same for everyone: `test/local/openapi.test.ts`. */
const calls = routes
  .filter(({ isPublic }) => !isPublic)
  .map(({ method, path }) => ({
    method: method === "ANY" ? "POST" : method,
    path: path
      .replace("{provider}", "openai")
      .replace("{name}", "default")
      .replace("{path+}", "v1/chat/completions"),
  }));

test.each(calls)("$method $path takes no forged token", async ({ method, path }) => {
  const before = await storedItems(system);
  const body = JSON.stringify({ provider: "openai", apiKey: canaryKey("openai") });
  const taken: string[] = [];
  for (const [attack, token] of Object.entries(tokens)) {
    // White space at an end is not part of a header's value.
    if (token.trim() !== token) continue;
    const response = await fetch(system.api + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(method !== "GET" && { body }),
    });
    const text = await response.text();
    if (response.status !== 401 || !text.includes("Authentication required")) {
      taken.push(`${attack}: ${String(response.status)} ${text}`);
    }
  }
  expect(taken).toEqual([]);
  expect(await storedItems(system)).toEqual(before);
  expect(attacker.asked).toEqual([]);
});

test.each(calls)(
  "$method $path refuses a token of nine kilobytes, and the gateway longer ones",
  async (call) => {
    for (const [length, status] of [
      [9000, 401],
      [11_000, 400],
    ] as const) {
      const response = await fetch(system.api + call.path, {
        method: call.method,
        headers: { authorization: `Bearer ${"x".repeat(length - 4)}.x.x` },
      });
      await response.text();
      expect(response.status).toBe(status);
    }
  },
);

test("no token is in the logs", () => {
  const lines = system.logLines().join("\n");
  expect(lines).toContain("AUTHENTICATION_REQUIRED");
  expect(lines).not.toMatch(/eyJ[A-Za-z0-9_-]{10}/);
});
