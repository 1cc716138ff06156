import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { createClient } from "../../../../web/client/index.ts";
import { canaryKey } from "../../../support/keys.ts";
import { answering } from "./answering.ts";

const baseUrl = "https://keys.example/prod/";
const token = () => "a-token";

function header({ init }: { init: RequestInit }, name: string): string | null {
  return new Headers(init.headers).get(name);
}

describe("what a client asks", () => {
  test("each method sends one request of the documented form", async () => {
    const slot = { provider: "openai", name: "work" };
    const { fetch, asked } = answering(
      Response.json({ providers: [] }),
      Response.json({ providerKeys: [] }),
      Response.json({ provider: "openai", name: "work" }),
      Response.json({ provider: "openai", name: "work" }),
      Response.json({ provider: "openai", name: "work", result: "valid" }),
      Response.json({ events: [] }),
      new Response(null, { status: 204 }),
    );
    const client = createClient({ baseUrl, token, fetch });
    await client.providers();
    await client.list();
    await client.save({ provider: "openai" }, { apiKey: "pasted", label: "Work" });
    await client.update(slot, { state: "disabled", label: null });
    await client.verify(slot);
    await client.activityPage("c/1", { limit: 5 });
    await client.remove(slot);
    const base = "https://keys.example/prod/v1";
    expect(asked.map(({ url, init }) => [init.method, url, init.body])).toEqual([
      ["GET", `${base}/providers`, undefined],
      ["GET", `${base}/provider-keys`, undefined],
      ["PUT", `${base}/provider-keys/openai`, '{"apiKey":"pasted","label":"Work"}'],
      ["PATCH", `${base}/provider-keys/openai/work`, '{"state":"disabled","label":null}'],
      ["POST", `${base}/provider-keys/openai/work/verify`, undefined],
      ["GET", `${base}/activity?limit=5&cursor=c%2F1`, undefined],
      ["DELETE", `${base}/provider-keys/openai/work`, undefined],
    ]);
    expect(asked.map((one) => header(one, "authorization"))).toEqual(asked.map(() => "Bearer a-token"));
    expect(asked.map((one) => header(one, "content-type"))).toEqual(
      asked.map(({ init }) => (init.body === undefined ? null : "application/json")),
    );
  });

  test("the token is asked for before every request, and cookies stay at home", async () => {
    const tokens = ["first", "second"];
    const { fetch, asked } = answering(
      Response.json({ providerKeys: [] }),
      Response.json({ providerKeys: [] }),
    );
    const client = createClient({ baseUrl, fetch, token: async () => tokens.shift() });
    await client.list();
    await client.list();
    expect(asked.map((one) => header(one, "authorization"))).toEqual(["Bearer first", "Bearer second"]);
    expect(asked.map(({ init }) => init.credentials)).toEqual(["omit", "omit"]);
  });

  test("without a token callback the cookies of the own origin go along, and no authorization", async () => {
    const { fetch, asked } = answering(Response.json({ providerKeys: [] }));
    await createClient({ baseUrl, fetch }).list();
    expect(asked[0]!.init.credentials).toBe("same-origin");
    expect(header(asked[0]!, "authorization")).toBeNull();
  });

  test("where the callback has no token nothing is asked: nobody is signed in", async () => {
    const { fetch, asked } = answering();
    const listed = createClient({ baseUrl, fetch, token: () => undefined }).list();
    await expect(listed).rejects.toMatchObject({ code: "AUTHENTICATION_REQUIRED", status: 401 });
    expect(asked).toEqual([]);
  });

  test("no answer is kept, no redirect followed, no referrer told", async () => {
    const { fetch, asked } = answering(Response.json({ provider: "openai" }));
    await createClient({ baseUrl, token, fetch }).save({ provider: "openai" }, { apiKey: canaryKey() });
    expect(asked[0]!.init).toMatchObject({
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
  });

  test("a provider key passed as a name is refused and gets into no address", async () => {
    const { fetch, asked } = answering();
    const client = createClient({ baseUrl, token, fetch });
    const name = canaryKey("anthropic");
    const errors = await Promise.allSettled([
      client.save({ provider: "openai", name }, { apiKey: "x" }),
      client.remove({ provider: name }),
      client.verify({ provider: "../openai" }),
      client.update({ provider: "openai", name: "" }, {}),
    ]);
    for (const error of errors) {
      expect(error).toMatchObject({ reason: { code: "INVALID_REQUEST", status: 0 } });
      expect(inspect(error)).not.toContain(name);
    }
    expect(asked).toEqual([]);
  });

  test("the address is https, or this machine", () => {
    const refused = ["http://keys.example", "http://127.0.0.1.example", "ftp://localhost", "data:,x"];
    for (const address of refused) expect(() => createClient({ baseUrl: address })).toThrow(/must be https/);
    const taken = ["http://localhost:7480", "http://127.0.0.1:1", "http://[::1]:1", "https://keys.example/v"];
    for (const address of taken) expect(createClient({ baseUrl: new URL(address) })).toBeDefined();
  });
});

describe("activity", () => {
  test("its pages are asked for one by one, until there is no cursor", async () => {
    const first = { events: [{ type: "key_used", at: "2026-11-25T08:00:00.000Z" }], cursor: "next" };
    const last = { events: [] };
    const { fetch, asked } = answering(Response.json(first), Response.json({ ...last, cursor: null }));
    const pages = createClient({ baseUrl, token, fetch }).activity({ limit: 1 });
    expect(await pages.next()).toEqual({ done: false, value: first });
    expect(asked).toHaveLength(1);
    expect(await pages.next()).toEqual({ done: false, value: last });
    expect(await pages.next()).toMatchObject({ done: true });
    expect(asked.map(({ url }) => new URL(url).search)).toEqual(["?limit=1", "?limit=1&cursor=next"]);
  });
});
