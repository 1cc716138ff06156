/**
 * Bad input to the functions of back ends, at their function URLs: who is not to act for whom, and what is no call
 * of theirs, reaches no provider, decrypts nothing and removes nothing.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { anthropic } from "../../lib/providers/registry/anthropic.ts";
import { localBackEndRole } from "../../local/settings.ts";
import type { LocalSystem } from "../../local/system.ts";
import { leaks } from "../support/bad-input.ts";
import {
  foreignMethods,
  hostileHeaders,
  hostileTargets,
  malformedHeaders,
  MARKER,
  sameTargets,
} from "../support/hostile-calls.ts";
import { CANARY, canaryKey } from "../support/keys.ts";
import { Person, startForTest } from "../support/local-system.ts";
import { noLimits } from "../support/no-limits.ts";
import { rawRequest, type RawAnswer, type RawRequest } from "../support/raw-request.ts";
import { recordingProviders, type RecordingProviders } from "../support/recording-providers.ts";
import { eachOf, faultOf } from "../support/refusal.ts";

const teamRole = "arn:aws:iam::111122223333:role/team-backend";
let origins: RecordingProviders;
let system: LocalSystem;
let person: Person;
const savedKey = canaryKey("anthropic");
const answers: RawAnswer[] = [];

beforeAll(async () => {
  origins = await recordingProviders();
  const actingRoles = [
    { role: localBackEndRole, users: ["*"], may: ["use", "delete"] },
    { role: teamRole, users: ["team-*", "ada-*", "ad"], may: ["use", "delete"] },
  ] as const;
  const { endpointOrigins } = origins;
  system = await startForTest({ settings: { limits: noLimits, endpointOrigins, actingRoles } });
  person = await Person.named(system, "ada");
  expect((await person.save(savedKey, "anthropic")).status).toBe(200);
});
beforeEach(() => void origins.heard());
afterAll(async () => {
  await system.close();
  await origins.close();
});

type Headers = NonNullable<RawRequest["headers"]>;
const [base, path] = ["/proxy/anthropic", "/v1/messages"];
const json = ["content-type", "application/json"] as const;
const user = (id = "ada"): Headers[number] => ["waxseal-user-id", id];
const good = {
  method: "POST",
  target: base + path,
  body: JSON.stringify({ model: "stand-in", max_tokens: 1, messages: [] }),
};
const closing = { method: "DELETE", target: "/provider-keys" };

/** As far as this machine looks at a signature: whose it is, and for what. */
function signed(role = localBackEndRole, scope = "us-east-1/lambda"): Headers[number] {
  const credential = `${system.accessKeyIdOfRole(role)}/20261124/${scope}/aws4_request`;
  return ["authorization", `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=local`];
}

type Function = "actingProxy" | "deleteOwner";
async function send(to: Function, request: RawRequest): Promise<RawAnswer> {
  const answer = await rawRequest(system[to], { headers: [signed(), user(), json], ...request });
  answers.push(answer);
  return answer;
}

const refusing =
  /^(ROUTE_NOT_ALLOWED|UNKNOWN_PROVIDER|INVALID_REQUEST|UNSUPPORTED_MEDIA_TYPE|NOT_ALLOWED_TO_ACT)$/;

/** All must be refused; no provider may have heard of any, and what is stored stays. */
async function faultsOf(to: Function, calls: readonly (RawRequest & { code?: string | undefined })[]) {
  const kmsCalls = system.cloudTrailRecords().length;
  const faults = await eachOf(calls, async (request) => {
    const answer = await send(to, request);
    // Paths come as they were sent, so the codes are not those of the gateway's; but always one of these.
    const code = "code" in request ? request.code : refusing.exec(answer.code ?? "none of these")?.[0];
    const isNone = !("code" in request) && code === undefined;
    const fault = isNone ? answer.text : faultOf(answer, code, request.method);
    return fault && `${request.method} ${request.target} ${fault}`;
  });
  expect(origins.heard()).toEqual([]);
  expect(system.cloudTrailRecords()).toHaveLength(kmsCalls);
  expect(await isListed()).toBe(true);
  return faults.filter((fault) => fault !== undefined);
}

async function isListed(): Promise<boolean> {
  const listed = await (await person.request("GET", "/v1/provider-keys")).json();
  return (listed as { providerKeys: unknown[] }).providerKeys.length === 1;
}

describe.each<[Function, typeof good | typeof closing]>([
  ["actingProxy", good],
  ["deleteOwner", closing],
])("%s", (to, call) => {
  test("lets IAM refuse who does not sign, or is no back end, before the function", async () => {
    const functionRole = system.stack.functions.find(({ name }) => name === "save")?.roleArn;
    const before = system.logLines().length;
    const refused = await eachOf(
      [
        [user(), json],
        [user(), ["authorization", `Bearer ${person.token}`]],
        [user(), ["authorization", MARKER]],
        [user(), signed(localBackEndRole, "us-east-1/execute-api")],
        [user(), signed(localBackEndRole, "eu-west-1/lambda")],
        [user(), signed(functionRole)],
      ] as const,
      async (headers) => {
        const { status, body } = await send(to, { ...call, headers });
        return [status, body.startsWith('{"Message":"Forbidden. For')];
      },
    );
    expect(refused).toEqual(refused.map(() => [403, true]));
    expect(system.logLines()).toHaveLength(before);
    expect(origins.heard()).toEqual([]);
    expect(await isListed()).toBe(true);
  });

  test("refuses a role that is on no list, and one whose list has not this user", async () => {
    const roles = ["arn:aws:iam::111122223333:role/other", "arn:aws:iam::111122223333:user/administrator"];
    const asked = [...roles, teamRole].map((role) => {
      return { ...call, headers: [signed(role), user()], code: "NOT_ALLOWED_TO_ACT" };
    });
    expect(await faultsOf(to, asked)).toEqual([]);
  });

  test("refuses a user id that is missing, odd, or in another place", async () => {
    const ids = ["", "a\tb", "ad\u00e9", "\u0080", "x".repeat(513)];
    const asked = ids.map((id) => ({ ...call, headers: [signed(), user(id)], code: "INVALID_REQUEST" }));
    const nowhere = { ...call, headers: [signed(), json], code: "INVALID_REQUEST" };
    const inQuery = { ...nowhere, target: `${call.target}?waxseal-user-id=ada` };
    expect(await faultsOf(to, [...asked, nowhere, inQuery])).toEqual([]);
  });

  test("takes two user ids for neither of them", async () => {
    const pairs = [
      ["ada", "ada"],
      ["ada", "eve"],
      ["eve", "ada"],
      ["team-1", "ada"],
    ] as const;
    const byTeam = await eachOf(pairs, async ([one, other]) => {
      const { status } = await send(to, { ...call, headers: [signed(teamRole), user(one), user(other)] });
      return status;
    });
    const byAll = await eachOf(pairs, async ([one, other]) => {
      const { status, body } = await send(to, { ...call, headers: [signed(), user(one), user(other)] });
      return status === 404 || body === '{"removed":0}';
    });
    expect(byTeam.slice(0, 3)).toEqual([403, 403, 403]);
    expect(byAll).toEqual([true, true, true, true]);
    expect(origins.heard()).toEqual([]);
    expect(await isListed()).toBe(true);
  });

  test("refuses what is no HTTP, and another host's name", async () => {
    const malformed = Object.values(malformedHeaders).map((headers) => {
      return {
        method: "POST",
        target: good.target,
        body: "{}",
        headers: [signed(), user(), ...headers],
        code: undefined,
      };
    });
    const hosts = ["", "evil.example", "127.0.0.1.evil.example"].map((host) => {
      return { ...call, host, code: "FOREIGN_HOST" };
    });
    expect(await faultsOf(to, [...malformed, ...hosts])).toEqual([]);
  });

  test("refuses more than 6 MB", async () => {
    const answer = await send(to, { ...call, body: Buffer.alloc(7 * 1024 * 1024, "a") });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([413, { Message: "The request is too large" }]);
    expect(origins.heard()).toEqual([]);
    expect(await isListed()).toBe(true);
  });
});

describe("the acting proxy", () => {
  test("hears and passes on a good call, and of its headers what the registry lists", async () => {
    const listed = [...anthropic.requestHeaders.map((name) => [name, `1-${name}`] as const), json];
    const others = ["x-api-key", "x-goog-api-key", "api-key"].map((name) => [name, MARKER] as const);
    const hostile = hostileHeaders.filter(([name]) => name !== "waxseal-user-id");
    const headers = [signed(), user(), ...others, ...hostile, ...listed];
    expect(await send("actingProxy", { ...good, headers })).toMatchObject({ status: 200 });
    const heard = origins.heard();
    expect(heard).toMatchObject([{ provider: "anthropic", method: "POST", target: path }]);
    expect(Object.fromEntries(heard[0]?.headers ?? [])).toEqual({
      accept: "*/*",
      "accept-encoding": "identity",
      "accept-language": "*",
      connection: "keep-alive",
      "content-length": String(good.body.length),
      host: expect.any(String) as string,
      "sec-fetch-mode": "cors",
      "user-agent": "waxseal",
      ...Object.fromEntries(listed),
      "x-api-key": savedKey,
    });
  });

  test("passes no hostile target, query or method on, and no encoded path", async () => {
    const targets = [
      ...hostileTargets(base, path).map(([target]) => target),
      ...sameTargets(base, path).filter((target) => !target.includes("?")),
      ...["/", "/provider-keys", "/api/user/api-key", "/v1/provider-keys", "*"],
    ];
    const methods = [...foreignMethods, "OPTIONS"].map((method) => ({ method, target: good.target }));
    const onTargets = targets.map((target) => ({ ...good, target }));
    expect(await faultsOf("actingProxy", [...onTargets, ...methods])).toEqual([]);
  });

  test("passes no encoded body on, and no body where none may be", async () => {
    const headers = [signed(), user(), json, ["content-encoding", "gzip"]] as const;
    const encoded = { ...good, headers, code: "UNSUPPORTED_MEDIA_TYPE" };
    const withGet = { ...good, method: "GET", target: `${base}/v1/models`, code: "INVALID_REQUEST" };
    expect(await faultsOf("actingProxy", [encoded, withGet])).toEqual([]);
  });

  test("follows no redirect", async () => {
    const headers = [signed(), user(), json, ["accept", "status/307"]] as const;
    const answer = await send("actingProxy", { ...good, headers });
    expect([answer.status, answer.code]).toEqual([502, "PROVIDER_REDIRECTED"]);
    expect(origins.heard()).toHaveLength(1);
  });
});

describe("the removal of an owner", () => {
  test("has one path and one method", async () => {
    const targets = [
      ...[
        "/",
        "//",
        "*",
        "//provider-keys",
        "/provider-keys/",
        "/provider-keys/anthropic",
        "/provider-keys/ada",
      ],
      ...[
        "/provider-keys%2f",
        "/%70rovider-keys",
        "/x/../provider-keys",
        "/./provider-keys",
        "/provider-keys;x",
      ],
      ...["/PROVIDER-KEYS", "/v1/provider-keys", "/api/user/api-key", "http://evil.example/provider-keys"],
      ...["/provider-keys#", "/provider-keys%00", "/provider-keys%0a", good.target],
    ];
    const methods = ["GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE"];
    const calls = [
      ...targets.map((target) => ({ method: "DELETE", target })),
      ...methods.map((method) => ({ method, target: closing.target })),
      good,
    ];
    expect(await faultsOf("deleteOwner", calls)).toEqual([]);
    const overridden = { ...good, target: closing.target };
    const asDelete = ["x-http-method-override", "x-http-method", "x-method-override"].map((name) => {
      return { ...overridden, headers: [signed(), user(), [name, "DELETE"]] as const };
    });
    expect(await faultsOf("deleteOwner", asDelete)).toEqual([]);
  });

  test("removes by the one call that is right", async () => {
    const eve = await Person.named(system, "eve");
    await eve.save(canaryKey("openai"));
    const answer = await send("deleteOwner", { ...closing, headers: [signed(), user("eve")] });
    expect([answer.status, answer.body]).toEqual([200, '{"removed":1}']);
    expect(await isListed()).toBe(true);
  });
});

/** Last: the tests above have sent the marker by every way in. */
test("no stored key, token or hostile input is in an answer, a log line, an item or a CloudTrail record", async () => {
  expect(answers.length).toBeGreaterThan(200);
  const texts = answers.map(({ text }) => text);
  expect(await leaks(system, texts, [CANARY, MARKER, person.token])).toEqual([]);
  expect(system.logLines().length).toBeGreaterThan(100);
  expect(system.logLines().filter((line) => line.includes('"INTERNAL"'))).toEqual([]);
});
