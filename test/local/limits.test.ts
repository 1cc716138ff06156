import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { defaultSettings } from "../../lib/settings.ts";
import { canaryKey } from "../support/keys.ts";
import { Person, startForTest } from "../support/local-system.ts";

/** Each owner's limits, with small ones; a window of an hour, so that no test waits for its end. */
let system: LocalSystem;
let person: Person;
const limits = {
  save: "3/hour",
  update: "2/hour",
  remove: "2/hour",
  verify: "2/hour",
  proxy: "4/hour",
  activity: "2/hour",
  failedAuthentication: "5/hour",
} as const;

beforeAll(async () => {
  system = await startForTest({ settings: { limits } });
  person = await Person.named(system, "ada");
});
afterAll(() => system.close());

/** The statuses of calls, one after another, and the last answer whole. */
async function repeated(times: number, call: () => Promise<Response>) {
  const statuses: number[] = [];
  let last: Response | undefined;
  for (let n = 0; n < times; n += 1) {
    await last?.arrayBuffer();
    last = await call();
    statuses.push(last.status);
  }
  if (!last) throw new Error("nothing was called");
  return {
    statuses,
    retryAfter: Number(last.headers.get("retry-after")),
    body: await last.json(),
  };
}

const limited = { code: "RATE_LIMITED", status: 429, title: "Too many requests" };

describe("an owner's limit", () => {
  test("on saves, of the legacy route and the other together", async () => {
    const put = () => person.request("PUT", "/v1/provider-keys/openai", { apiKey: canaryKey() });
    expect((await person.save(canaryKey())).status).toBe(200);
    const { statuses, retryAfter, body } = await repeated(4, put);
    expect(statuses).toEqual([200, 200, 429, 429]);
    expect(retryAfter).toBeGreaterThan(3000);
    expect(retryAfter).toBeLessThanOrEqual(3600);
    expect(body).toMatchObject(limited);
    const legacy = await person.save(canaryKey());
    expect([legacy.status, await legacy.json()]).toEqual([429, { error: "Too many requests" }]);
    expect(legacy.headers.get("waxseal-error-code")).toBe("RATE_LIMITED");
  });

  test("on updates, verifications, proxied calls and reads of the activity, each for itself", async () => {
    const update = await repeated(3, () =>
      person.request("PATCH", "/v1/provider-keys/openai", { label: "x" }),
    );
    expect(update.statuses).toEqual([200, 200, 429]);
    const verify = await repeated(3, () => person.request("POST", "/v1/provider-keys/openai/verify"));
    expect(verify.statuses).toEqual([200, 200, 429]);
    const proxy = await repeated(5, () => person.chat());
    expect(proxy.statuses).toEqual([200, 200, 200, 200, 429]);
    expect(proxy.body).toMatchObject({ ...limited, error: { code: "RATE_LIMITED" } });
    const activity = await repeated(3, () => person.request("GET", "/v1/activity"));
    expect(activity.statuses).toEqual([200, 200, 429]);
    const remove = await repeated(3, () => person.request("DELETE", "/v1/provider-keys/openai"));
    expect(remove.statuses).toEqual([204, 404, 429]);
  });

  test("stops a refused call before anything is claimed or decrypted", () => {
    const decryptions = system.cloudTrailRecords().filter(({ eventName }) => eventName === "Decrypt");
    expect(decryptions).toHaveLength(6);
  });

  test("is its own: another person is not held up", async () => {
    const other = await Person.named(system, "grace");
    expect((await other.save(canaryKey())).status).toBe(200);
  });

  test("does not count what was refused before: bad input, an unknown provider", async () => {
    const careful = await Person.named(system, "careful");
    const bad = () => careful.request("PUT", "/v1/provider-keys/openai", { apiKey: "CANARY not a key" });
    expect((await repeated(5, bad)).statuses).toEqual([400, 400, 400, 400, 400]);
    expect((await careful.save(canaryKey())).status).toBe(200);
  });
});

test("failed authentication is limited by source address, and a good token passes all the same", async () => {
  const bad = () =>
    fetch(`${system.api}/v1/provider-keys`, { headers: { authorization: "Bearer aaaa.bbbb.cccc" } });
  const { statuses, retryAfter, body } = await repeated(7, bad);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  expect(retryAfter).toBeGreaterThan(3000);
  expect(body).toMatchObject(limited);
  expect((await person.request("GET", "/v1/provider-keys")).status).toBe(200);
});

describe("without the limits' table", () => {
  /** A system whose functions may not count: what an outage of the table is to them. */
  const withoutCounting = (proxyWithoutLimits: "allow" | "refuse") =>
    startForTest({
      settings: { limits: defaultSettings.limits, proxyWithoutLimits },
      editStack: (stack) => ({
        ...stack,
        roles: stack.roles.map((role) => ({
          ...role,
          statements: role.statements.filter(({ resources }) => !resources.join().includes("RateLimits")),
        })),
      }),
    });

  test("nothing is saved, and the proxy goes on and says so in its log", async () => {
    const broken = await withoutCounting("allow");
    try {
      const someone = await Person.named(broken, "ada");
      const saved = await someone.save(canaryKey());
      expect([saved.status, await saved.json()]).toEqual([500, { error: "Failed to save API key" }]);
      const response = await someone.chat();
      expect([response.status, await response.json()]).toMatchObject([
        404,
        { code: "PROVIDER_KEY_NOT_FOUND" },
      ]);
      expect(broken.logLines().join("\n")).toContain("LIMITS_UNAVAILABLE");
      // What stops a use goes on: both find nothing, since nothing could be saved.
      const disabled = await someone.request("PATCH", "/v1/provider-keys/openai", { state: "disabled" });
      const removed = await someone.request("DELETE", "/v1/provider-keys/openai");
      expect([disabled.status, removed.status]).toEqual([404, 404]);
      expect((await fetch(`${broken.api}/v1/provider-keys`)).status).toBe(401);
    } finally {
      await broken.close();
    }
  });

  test("the proxy refuses too, if the operator wants it so", async () => {
    const broken = await withoutCounting("refuse");
    try {
      const response = await (await Person.named(broken, "ada")).chat();
      expect([response.status, await response.json()]).toMatchObject([500, { code: "ACCESS_DENIED_BY_AWS" }]);
    } finally {
      await broken.close();
    }
  });
});
