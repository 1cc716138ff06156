import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import type { Provider } from "../../../lib/providers/provider.ts";
import { registry } from "../../../lib/providers/registry.ts";
import { google } from "../../../lib/providers/registry/google.ts";
import { openai } from "../../../lib/providers/registry/openai.ts";
import { openrouter } from "../../../lib/providers/registry/openrouter.ts";
import { perplexity } from "../../../lib/providers/registry/perplexity.ts";
import { tryProviderKey } from "../../../lib/proxy/try-provider-key.ts";
import { Secret } from "../../../lib/secret.ts";
import { closeServer, listen } from "../../../local/http/server.ts";
import { canaryKey, type CanaryProvider } from "../../support/keys.ts";

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map(closeServer));
});

interface Place {
  readonly origin: string;
  readonly requests: IncomingMessage[];
}

async function answering(answer: RequestListener): Promise<Place> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  servers.push(server);
  return { origin: await listen(server, 0), requests };
}

const at = (provider: Provider, origin: string): Provider => {
  return { ...provider, endpoints: [{ endpointId: "there", origin }] };
};

async function triedAt(provider: Provider, answer: RequestListener, timeoutMs?: number) {
  const { origin, requests } = await answering(answer);
  const providerKey = new Secret(canaryKey(provider.id as CanaryProvider));
  return { trial: await tryProviderKey(at(provider, origin), providerKey, timeoutMs), requests };
}

const answerOf =
  (status: number, body: unknown = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };

describe("a provider that is asked whether it takes a key", () => {
  test.each(registry)(
    "($id) is asked by its own call, with the key in its own header alone",
    async (provider) => {
      const { origin, requests } = await answering(answerOf(200));
      const providerKey = canaryKey(provider.id as CanaryProvider);
      expect(await tryProviderKey(at(provider, origin), new Secret(providerKey))).toBe("valid");
      expect(requests.map(({ method, url }) => `${method ?? ""} ${url ?? ""}`)).toEqual([
        provider.verifyCall,
      ]);
      const { name, scheme } = provider.authorization;
      const holding = Object.entries(requests[0]?.headers ?? {}).filter(([, value]) =>
        value?.includes(providerKey),
      );
      expect(holding).toEqual([[name, scheme ? `${scheme} ${providerKey}` : providerKey]]);
    },
  );

  test.each([
    [openai, 200, {}, "valid"],
    [openai, 401, { error: { code: "invalid_api_key" } }, "rejected"],
    [openai, 403, {}, "rejected"],
    [
      openai,
      401,
      { error: { message: "Insufficient permissions. Missing scopes: api.model.read." } },
      "could_not_tell",
    ],
    [google, 400, { error: { details: [{ reason: "API_KEY_INVALID" }] } }, "rejected"],
    [google, 400, { error: { message: "malformed" } }, "could_not_tell"],
    [openrouter, 403, { error: { message: "Key limit exceeded" } }, "could_not_tell"],
    [perplexity, 401, { error: { type: "insufficient_quota" } }, "could_not_tell"],
    ...[402, 404, 408, 418, 429, 500, 502, 503, 504, 529].map(
      (status) => [openai, status, {}, "could_not_tell"] as const,
    ),
  ] as const)("($id) and answers %i %j says %s", async (provider, status, body, expected) => {
    const { trial } = await triedAt(provider, answerOf(status, body));
    expect(trial).toBe(expected);
  });

  test.each([300, 301, 302, 303, 307, 308])(
    "and redirects by %i is not followed, and said nothing",
    async (status) => {
      const elsewhere = await answering(answerOf(200));
      const { trial, requests } = await triedAt(openai, (_request, response) => {
        response.writeHead(status, { location: `${elsewhere.origin}/v1/models` }).end();
      });
      expect([trial, requests.length, elsewhere.requests.length]).toEqual(["could_not_tell", 1, 0]);
    },
  );

  test("and is not there, breaks off, or is no HTTP, said nothing", async () => {
    const gone = await answering(answerOf(200));
    await closeServer(servers.pop()!);
    const providerKey = new Secret(canaryKey());
    expect(await tryProviderKey(at(openai, gone.origin), providerKey)).toBe("could_not_tell");
    expect((await triedAt(openai, (request) => request.socket.destroy())).trial).toBe("could_not_tell");
    expect((await triedAt(openai, (request) => request.socket.end("not HTTP\r\n\r\n"))).trial).toBe(
      "could_not_tell",
    );
  });

  test("is waited for so long and no longer, in its answer's head and in its body", async () => {
    expect((await triedAt(openai, () => undefined, 50)).trial).toBe("could_not_tell");
    const begun: RequestListener = (_request, response) => {
      response.writeHead(401, { "content-type": "application/json" }).write("{");
    };
    expect((await triedAt(openai, begun, 50)).trial).toBe("could_not_tell");
  });

  test("is not read to an end that never comes", async () => {
    const endless: RequestListener = (_request, response) => {
      response.writeHead(401);
      const more = () => {
        if (!response.destroyed) response.write("x".repeat(10_000), () => setImmediate(more));
      };
      more();
    };
    expect((await triedAt(openai, endless)).trial).toBe("rejected");
  });
});
