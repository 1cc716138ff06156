import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { routes } from "../../lib/routes.ts";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey } from "../support/keys.ts";
import { startForTest } from "../support/local-system.ts";
import { rewriting, rewritten, type Rewrite } from "../support/rewriting-application.ts";
import { signIn } from "../support/supabase.ts";

/** `docs/examples/nextjs`: an application at an origin of its own, which hands the API's routes on. */
let system: LocalSystem;
let application: Server;
let app: string;
let rewrites: readonly Rewrite[];

beforeAll(async () => {
  application = createServer();
  await new Promise<void>((resolve) => application.listen(0, "127.0.0.1", resolve));
  app = `http://127.0.0.1:${String((application.address() as AddressInfo).port)}`;
  system = await startForTest({ settings: { sessionCookie: "sb-*-auth-token", allowedOrigins: [app] } });
  rewrites = await rewritesOf(`${system.api}/`);
  application.on(
    "request",
    rewriting(() => rewrites),
  );
});
afterAll(async () => {
  await new Promise((resolve) => application.close(resolve));
  await system.close();
});

async function rewritesOf(api: string): Promise<readonly Rewrite[]> {
  process.env["WAXSEAL_API_URL"] = api;
  vi.resetModules();
  const { default: config } = await import("../../docs/examples/nextjs/next.config.ts");
  return (await config.rewrites()).beforeFiles;
}

const sample = (path: string) =>
  path.replace("{provider}", "openai@work").replace("{name}", "work").replace("{path+}", "v1/models");

describe("the rewrites", () => {
  test.each(routes)("have $method $path of the API at the same path", ({ path }) => {
    expect(rewritten(rewrites, sample(path))).toBe(system.api + sample(path));
  });

  test("have no destination that is no route", () => {
    for (const { destination } of rewrites) {
      const [prefix = ""] = destination.slice(system.api.length).split(":path*");
      expect(routes.map(({ path }) => path).some((path) => path.startsWith(prefix))).toBe(true);
    }
  });

  test.each(["/", "/api/user", "/api/user/api-key/x", "/settings", "/v10", "/proxying"])(
    "leave %s to the application",
    (path) => {
      expect(rewritten(rewrites, path)).toBeUndefined();
    },
  );

  test("are not made without an address", async () => {
    await expect(rewritesOf("")).rejects.toThrow("WAXSEAL_API_URL");
  });
});

describe("a page of the application", () => {
  test("saves, reads and calls a provider with the session's cookie", async () => {
    const session = await signIn(await system.token("ada"), { client: "browser", metadataLength: 3000 });
    const headers = { cookie: session.header(), "content-type": "application/json" };
    const post = (path: string, body: unknown, origin = app) =>
      fetch(app + path, { method: "POST", headers: { ...headers, origin }, body: JSON.stringify(body) });
    const input = { provider: "openai", apiKey: canaryKey("openai") };

    expect((await post("/api/user/api-key", input, "https://evil.example")).status).toBe(403);
    expect(await (await post("/api/user/api-key", input)).json()).toEqual({ success: true });
    const status = await fetch(`${app}/api/user/api-key-status`, { headers });
    expect(await status.json()).toMatchObject({ hasOpenAI: true });
    const listed = await fetch(`${app}/v1/provider-keys`, { headers });
    expect(await listed.json()).toMatchObject({ providerKeys: [{ provider: "openai" }] });
    const chat = await post("/proxy/openai/v1/chat/completions", {
      model: "gpt-test",
      messages: [],
      stream: true,
    });
    expect(chat.headers.get("content-type")).toContain("text/event-stream");
    expect(await chat.text()).toContain("[DONE]");
  });

  test("without a session is asked to sign in", async () => {
    const status = await fetch(`${app}/api/user/api-key-status`);
    expect([status.status, await status.json()]).toEqual([401, { error: "Authentication required" }]);
  });
});
