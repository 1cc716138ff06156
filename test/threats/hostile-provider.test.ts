import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { ownerIdOf } from "../../lib/owner.ts";
import { findProvider } from "../../lib/providers/find.ts";
import { forward } from "../../lib/proxy/forward.ts";
import { Secret } from "../../lib/secret.ts";
import { canaryKey, CANARY } from "../support/local-system.ts";

/** Calls a provider that answers with these very bytes. */
async function callProvider(answer: (providerKey: string) => string): Promise<Response> {
  const providerKey = canaryKey();
  const server = createServer((socket) => {
    socket.once("data", () => socket.end(answer(providerKey)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const call = {
      provider: findProvider("openai"),
      url: new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1/models`),
      method: "GET",
      headers: new Headers(),
      body: undefined,
      signal: AbortSignal.timeout(5000),
    };
    const noteHealth = () => Promise.resolve();
    return await forward(call, { providerKey: new Secret(providerKey), useId: "use", noteHealth });
  } finally {
    server.close();
  }
}

test("an unreadable body that quotes the provider key fails with an error that does not", async () => {
  const response = await callProvider(
    (providerKey) => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\nZZ ${providerKey}\r\n`,
  );
  const failure: unknown = await response.text().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "PROVIDER_UNREACHABLE" });
  expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain(CANARY);
});

test("a header that has the provider key as its name stays behind", async () => {
  const response = await callProvider(
    (providerKey) =>
      `HTTP/1.1 200 OK\r\nopenai-${providerKey}: x\r\nopenai-other: y\r\ncontent-length: 0\r\n\r\n`,
  );
  expect([...response.headers.keys()]).toEqual(["openai-other"]);
});

test("a status that is none is an unreachable provider", async () => {
  const answer = callProvider(() => "HTTP/1.1 600 Odd\r\ncontent-length: 0\r\n\r\n");
  await expect(answer).rejects.toMatchObject({ code: "PROVIDER_UNREACHABLE" });
});

test("a subject that is not well-formed Unicode is nobody: two of them would be one owner", () => {
  for (const subject of ["x\ud800", "\udfffx"]) {
    expect(() => ownerIdOf("https://issuer.example", subject)).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST" }),
    );
  }
});
