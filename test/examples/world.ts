import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Browser } from "playwright-core";
import { closeServer, listen } from "../../local/http/server.ts";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey, type CanaryProvider } from "../support/keys.ts";
import { startForTest } from "../support/local-system.ts";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What the examples run against: one local system, and one place where an example's own pages are served. */
export interface World {
  readonly system: LocalSystem;
  /** Of the example that runs now; the system lets its pages in. */
  readonly origin: string;
  readonly serve: (answer: Answer) => void;
  /** Started when an example asks for it. */
  readonly browser: () => Promise<Browser>;
}

export async function startWorld(browser: () => Promise<Browser>): Promise<World & AsyncDisposable> {
  let answer: Answer = (_request, response) => response.writeHead(404).end();
  const server = createServer((request, response) => answer(request, response));
  const origin = await listen(server, 0);
  const system = await startForTest({ origins: [origin] });
  Object.assign(process.env, environmentOf(system));
  return {
    ...{ system, origin, browser },
    serve: (next) => void (answer = next),
    async [Symbol.asyncDispose]() {
      await closeServer(server);
      await system.close();
    },
  };
}

/**
 * What a function with `grantUse` has: its environment and its role. And where each SDK finds the provider, since without
 * that it would go to the real one.
 */
function environmentOf(system: LocalSystem): Record<string, string> {
  const granted = system.stack.functions.find(({ name }) => name === "provider-proxy");
  return {
    ...granted?.environment,
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL: system.awsEndpoint,
    AWS_ACCESS_KEY_ID: system.accessKeyIdOf("provider-proxy"),
    AWS_SECRET_ACCESS_KEY: "local",
    OPENAI_BASE_URL: `${system.standIn}/v1`,
    ANTHROPIC_BASE_URL: system.standIn,
    GOOGLE_GEMINI_BASE_URL: system.standIn,
  };
}

/** A person with keys; the token. */
export async function personWith(
  { system }: World,
  userId: string,
  ...providers: readonly CanaryProvider[]
): Promise<string> {
  const token = await system.token(userId);
  for (const provider of providers) {
    const response = await fetch(`${system.api}/v1/provider-keys/${provider}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ apiKey: canaryKey(provider) }),
    });
    if (!response.ok) throw new Error(`the key was not saved: ${response.status}`);
  }
  return token;
}

/** A stream's pieces: that it is one shows in that there are several. */
export async function joined(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  let count = 0;
  for await (const piece of pieces) {
    text += piece;
    if (piece !== "") count += 1;
  }
  if (count < 2) throw new Error("the answer did not stream");
  return text;
}
