/**
 * Bad input to the proxy, for every provider of the deployment: what is refused reaches no provider and decrypts
 * nothing, and of what is passed on the provider gets the stored key in its one header, and nothing else of the caller's
 * than the registry lists.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Provider } from "../../lib/providers/provider.ts";
import type { LocalSystem } from "../../local/system.ts";
import { leaks } from "../support/bad-input.ts";
import {
  floodOfHeaders,
  foreignMethods,
  hostileHeaders,
  hostileSegments,
  hostileTargets,
  malformedHeaders,
  MARKER,
  sameTargets,
} from "../support/hostile-calls.ts";
import { CANARY, canaryKey, type CanaryProvider } from "../support/keys.ts";
import { Person, startForTest, storedItems } from "../support/local-system.ts";
import { noLimits } from "../support/no-limits.ts";
import { rawRequest, type RawAnswer, type RawRequest } from "../support/raw-request.ts";
import {
  localProviders,
  recordingProviders,
  type RecordingProviders,
} from "../support/recording-providers.ts";
import { eachOf, faultOf } from "../support/refusal.ts";

let origins: RecordingProviders;
let system: LocalSystem;
let person: Person;
const providerKeys = new Map(localProviders.map(({ id }) => [id, canaryKey(id as CanaryProvider)]));
const answers: RawAnswer[] = [];

beforeAll(async () => {
  origins = await recordingProviders();
  const { endpointOrigins } = origins;
  system = await startForTest({ settings: { limits: noLimits, endpointOrigins } });
  person = await Person.named(system, "ada");
  for (const [id, apiKey] of providerKeys) {
    const saved = await person.request("PUT", `/v1/provider-keys/${id}`, { apiKey });
    expect([id, saved.status]).toEqual([id, 200]);
  }
});
beforeEach(() => void origins.heard());
afterAll(async () => {
  await system.close();
  await origins.close();
});

type Headers = NonNullable<RawRequest["headers"]>;
type Call = RawRequest & { readonly code?: string | undefined };
const json = ["content-type", "application/json"] as const;
const body = JSON.stringify({ model: "stand-in", messages: [], contents: [], input: "", max_tokens: 1 });
const token = (): Headers[number] => ["authorization", `Bearer ${person.token}`];

/** A chat-like call, which is the first of every provider's. */
function goodCall({ id, allowedCalls }: Provider) {
  const path = (allowedCalls.find((call) => call.startsWith("POST ")) ?? "")
    .slice(5)
    .replace("{id}", "model-1");
  return { base: `/proxy/${id}`, path, method: "POST", target: `/proxy/${id}${path}`, body };
}

async function send(request: RawRequest): Promise<RawAnswer> {
  const answer = await rawRequest(system.api, { headers: [token(), json], ...request });
  answers.push(answer);
  return answer;
}

/** What is wrong with the answers to calls that must all be refused; and nobody may have heard of any. */
async function faultsOf(calls: readonly Call[]): Promise<string[]> {
  const kmsCalls = system.cloudTrailRecords().length;
  const faults = await eachOf(calls, async ({ code, ...request }) => {
    const fault = faultOf(await send(request), code, request.method);
    return fault && `${request.method} ${request.target} ${fault}`;
  });
  expect(origins.heard()).toEqual([]);
  expect(system.cloudTrailRecords()).toHaveLength(kmsCalls);
  return faults.filter((fault) => fault !== undefined);
}

/** What a provider is to receive of a call: all of it, by name. */
function expectedHeaders({ id, authorization, requiredHeaders }: Provider, passedOn: Headers) {
  const scheme = authorization.scheme ? `${authorization.scheme} ` : "";
  return {
    accept: "*/*",
    "accept-encoding": "identity",
    "accept-language": "*",
    connection: "keep-alive",
    "content-length": String(body.length),
    host: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
    "sec-fetch-mode": "cors",
    "user-agent": "waxseal",
    ...requiredHeaders,
    ...Object.fromEntries(passedOn),
    [authorization.name]: scheme + (providerKeys.get(id) ?? ""),
  };
}

test("they are all that the deployment has", async () => {
  const listed = (await (await person.request("GET", "/v1/providers")).json()) as {
    providers: { id: string }[];
  };
  expect(listed.providers.map(({ id }) => id)).toEqual(localProviders.map(({ id }) => id));
  expect(localProviders.length).toBeGreaterThanOrEqual(13);
});

describe.each(localProviders)("$id", (provider) => {
  const good = goodCall(provider);
  const { id, allowedCalls, authorization, queryParameters, requestHeaders } = provider;

  test("takes a good call, and says what the provider says of its key", async () => {
    const verified = await person.request("POST", `/v1/provider-keys/${id}/verify`);
    expect(await verified.json()).toEqual({ provider: id, name: "default", result: "valid" });
    expect(await send(good)).toMatchObject({ status: 200 });
    expect(origins.heard()).toMatchObject([
      { provider: id, method: "GET", target: provider.verifyCall.slice(4) },
      { provider: id, method: "POST", target: good.path },
    ]);
  });

  test("hears the plain path of an encoded one", async () => {
    const targets = sameTargets(good.base, good.path);
    const statuses = await eachOf(targets, async (target) => (await send({ ...good, target })).status);
    expect(statuses).toEqual(targets.map(() => 200));
    expect(new Set(origins.heard().map(({ target }) => target))).toEqual(new Set([good.path]));
  });

  test("hears of no hostile target, query or method", async () => {
    const calls = hostileTargets(good.base, good.path).map(([target, code]) => ({ ...good, target, code }));
    const methods = foreignMethods.map((method) => {
      return { method, target: good.target, code: "ROUTE_NOT_ALLOWED" };
    });
    expect(await faultsOf([...calls, ...methods])).toEqual([]);
  });

  const withParameter = allowedCalls.filter((call) => /\/\{(id|model)\}(\/|$)/.test(call));
  if (withParameter.length > 0)
    test("hears of no hostile segment in the place of a name", async () => {
      const calls = withParameter.flatMap((call) => {
        const [method = "", path = ""] = call.split(" ");
        return hostileSegments.map((segment) => {
          const target = good.base + path.replaceAll(/(?<=\/)\{(id|model)\}(?=\/|$)/g, segment);
          const code = "ROUTE_NOT_ALLOWED";
          return { method, target: target.replace("{id}", "x"), code, ...(method === "POST" && { body }) };
        });
      });
      expect(await faultsOf(calls)).toEqual([]);
    });

  test("hears of no request with two tokens, an encoded body, a body where none may be, or that is no HTTP", async () => {
    const foreign = ["x-api-key", "x-goog-api-key", "api-key"].filter((name) => name !== authorization.name);
    const list = allowedCalls.find((call) => call.startsWith("GET ") && !call.includes("{"))?.slice(4) ?? "";
    const withHeaders = (code: string | undefined, headers: Headers) => ({ ...good, headers, code });
    expect(
      await faultsOf([
        withHeaders("AUTHENTICATION_REQUIRED", [token(), token(), json]),
        withHeaders("AUTHENTICATION_REQUIRED", [token(), [authorization.name, person.token], json]),
        ...foreign.map((name) => withHeaders("AUTHENTICATION_REQUIRED", [[name, person.token], json])),
        ...["gzip", "identity", "br", MARKER].map((encoding) =>
          withHeaders("UNSUPPORTED_MEDIA_TYPE", [token(), json, ["content-encoding", encoding]]),
        ),
        withHeaders("BAD_REQUEST", [token(), json, ...floodOfHeaders]),
        withHeaders(undefined, [token(), json, ...floodOfHeaders, ...floodOfHeaders]),
        ...Object.values(malformedHeaders).map((headers) => withHeaders(undefined, [token(), ...headers])),
        { method: "GET", target: good.base + list, body, code: "INVALID_REQUEST" },
      ]),
    ).toEqual([]);
  });

  test.each(["authorization", authorization.name])(
    "hears nothing of the caller's but what the registry lists, with the token in %s",
    async (name) => {
      const scheme = name === "authorization" ? "Bearer " : "";
      const others = ["x-api-key", "x-goog-api-key", "api-key"].filter((one) => one !== authorization.name);
      const chosen = ["accept", "status/204"] as const;
      const listed = [...requestHeaders.map((header) => [header, `1-${header}`] as const), json, chosen];
      const headers: Headers = [
        [name, scheme + person.token],
        ...others.map((other) => [other, MARKER] as const),
        ...hostileHeaders,
        ...listed,
      ];
      expect(await send({ ...good, headers })).toMatchObject({ status: 204 });
      const [heard, ...more] = origins.heard();
      expect(more).toEqual([]);
      expect(heard).toMatchObject({ provider: id, method: "POST", target: good.path });
      expect(Object.fromEntries(heard?.headers ?? [])).toEqual(expectedHeaders(provider, listed));
    },
  );

  if (queryParameters.length > 0)
    test("hears a query parameter's value as a value", async () => {
      const name = queryParameters[0] ?? "";
      const value = "a\r\nhost: x&key=y#z/../é";
      await send({ ...good, target: `${good.target}?${name}=${encodeURIComponent(value)}` });
      const [heard] = origins.heard();
      expect(heard?.target).toMatch(/^[!-~]+$/);
      const { pathname, searchParams } = new URL(heard?.target ?? "", "http://provider");
      expect([pathname, [...searchParams]]).toEqual([good.path, [[name, value]]]);
    });

  test("is not followed elsewhere, and a status that is none is a provider's failure", async () => {
    const redirects = [300, 301, 302, 303, 304, 305, 307, 308, 399];
    const passedOn = [204, 205, 400, 402, 418, 451, 499, 500, 503, 599];
    const chosen = [
      ...redirects.map((status) => [`status/${status}`, 502, "PROVIDER_REDIRECTED"] as const),
      ...[600, 999].map((status) => [`status/${status}`, 502, "PROVIDER_UNREACHABLE"] as const),
      ...passedOn.map((status) => [`status/${status}`, status, undefined] as const),
      ...[102, 103].map((status) => [`early/${status}`, 200, undefined] as const),
    ];
    const seen = await eachOf(chosen, async ([accept]) => {
      const { status, code, text } = await send({ ...good, headers: [token(), json, ["accept", accept]] });
      expect(text).not.toMatch(/elsewhere|\r\n(location|refresh|content-location):/i);
      return [accept, status, status === 502 ? code : undefined];
    });
    expect(seen).toEqual(chosen);
    expect(origins.heard().map((heard) => heard.provider)).toEqual(chosen.map(() => id));
  });
});

test("another host's name is refused, and of two nothing is passed on but the call", async () => {
  const good = goodCall(localProviders[0]!);
  const evil = `${MARKER.toLowerCase()}.example`;
  const hosts = ["", evil, `127.0.0.1@${evil}`, `127.0.0.1.${evil}`].map((host) => {
    return { ...good, host, code: "FOREIGN_HOST" };
  });
  const own = new URL(system.api).host;
  const second = {
    ...good,
    host: evil,
    headers: [["host", own], token(), json] as const,
    code: "FOREIGN_HOST",
  };
  expect(await faultsOf([...hosts, second, { ...good, host: undefined }])).toEqual([]);
  // Node's server, which stands for the gateway here, takes the first.
  expect(await send({ ...good, headers: [["host", evil], token(), json] })).toMatchObject({ status: 200 });
  const heard = origins.heard();
  expect(heard).toHaveLength(1);
  expect(JSON.stringify(heard)).not.toContain(evil);
});

test("a preflight is the gateway's own, and allows no foreign origin", async () => {
  const kmsCalls = system.cloudTrailRecords().length;
  const asked = await eachOf(localProviders, async (provider) => {
    const origin = ["origin", `https://${MARKER}.example`] as const;
    return send({ method: "OPTIONS", target: goodCall(provider).target, headers: [origin] });
  });
  const said = asked.map(({ status, body: sent, text }) => [status, sent, text.includes(MARKER)]);
  expect(said).toEqual(localProviders.map(() => [204, "", false]));
  expect(origins.heard()).toEqual([]);
  expect(system.cloudTrailRecords()).toHaveLength(kmsCalls);
});

/** Last: the tests above have stored the canary for every provider, and sent the marker by every way in. */
test("no stored key, token or hostile input is in an answer, a log line, an item or a CloudTrail record", async () => {
  expect(answers.length).toBeGreaterThan(1500);
  const texts = answers.map(({ text }) => text);
  expect(await leaks(system, texts, [CANARY, MARKER, person.token])).toEqual([]);
  expect(system.logLines().length).toBeGreaterThan(1000);
  expect(system.logLines().filter((line) => line.includes('"INTERNAL"'))).toEqual([]);
  expect(await storedItems(system)).toHaveLength(localProviders.length);
});
