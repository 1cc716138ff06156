import { deepEqual, equal } from "node:assert/strict";
import { localBackEndRole } from "../../local/settings.ts";
import { words } from "../local/sdks/conversations.ts";
import { canaryKey } from "../support/keys.ts";
import { rewriting } from "../support/rewriting-application.ts";
import { signIn } from "../support/supabase.ts";
import type { Example } from "./example.ts";
import { ownLambda } from "./own-lambda.ts";
import { personWith, type World } from "./world.ts";

/** The rewrites by an application that does what Next.js does with them, and a session of the real `@supabase/ssr`. */
async function nextjs({ system, origin, serve }: World): Promise<void> {
  process.env["WAXSEAL_API_URL"] = system.api;
  const { default: config } = await import("../../docs/examples/nextjs/next.config.ts");
  const { beforeFiles } = await config.rewrites();
  serve(rewriting(() => beforeFiles));
  const session = await signIn(await system.token("example-nextjs"), { client: "browser" });
  const headers = { cookie: session.header(), origin, "content-type": "application/json" };
  const post = (path: string, body: object) =>
    fetch(origin + path, { method: "POST", headers, body: JSON.stringify(body) });
  const saved = await post("/api/user/api-key", { provider: "openai", apiKey: canaryKey("openai") });
  deepEqual(await saved.json(), { success: true });
  const chat = { model: "gpt-5-mini", stream: true, messages: [{ role: "user", content: "Hello" }] };
  const answer = await (await post("/proxy/openai/v1/chat/completions", chat)).text();
  equal(answer.includes("[DONE]"), true);
}

/** Under the back end's role, which its platform's token would have taken. */
async function oidcRole(world: World): Promise<void> {
  const { system } = world;
  const { chat, closeAccount } = await import("../../docs/examples/oidc-role/chat.ts");
  await personWith(world, "example-oidc-role", "openai");
  const before = process.env["AWS_ACCESS_KEY_ID"];
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: system.accessKeyIdOfRole(localBackEndRole),
    ACTING_PROXY_URL: system.actingProxy,
    DELETE_OWNER_URL: system.deleteOwner,
  });
  try {
    equal(await chat("example-oidc-role", "What is it?"), words);
    equal(await closeAccount("example-oidc-role"), 1);
  } finally {
    process.env["AWS_ACCESS_KEY_ID"] = before;
  }
}

export const backEndExamples: readonly Example[] = [
  {
    name: "nextjs",
    says: "the API under a Next.js application's own origin, with a Supabase session",
    run: nextjs,
  },
  { name: "own-lambda", says: "a Lambda of one's own, by withProviderKey", run: ownLambda },
  { name: "oidc-role", says: "a back end outside AWS, for a user who is away", run: oidcRole },
];
