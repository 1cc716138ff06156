import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Activity } from "../../lib/audit/activity.ts";
import { ownerIdOf } from "../../lib/owner.ts";
import type { Statement } from "../../local/stack.ts";
import type { LocalSystem } from "../../local/system.ts";
import { AuditHands } from "../support/audit.ts";
import { canaryKey, CANARY, Person, startForTest } from "../support/local-system.ts";
import { noLimits } from "../support/no-limits.ts";

let system: LocalSystem;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  system = await startForTest({ audited: true, settings: { limits: noLimits, verifyOnSave: "off" } });
  [ada, bob] = await Promise.all([Person.named(system, "ada"), Person.named(system, "bob")]);
  for (const person of [ada, bob]) await person.save(canaryKey());
  await ada.chat();
  await ada.request("PUT", "/v1/provider-keys/anthropic/work", { apiKey: canaryKey("anthropic") });
  await ada.request("PATCH", "/v1/provider-keys/openai", { state: "disabled" });
  await system.streamsSettled();
});
afterAll(() => system.close());

interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly text: string;
  readonly events: Activity[];
  readonly cursor: string | null;
}

async function activity(person: Person, query = ""): Promise<Answer> {
  const response = await person.request("GET", `/v1/activity${query}`);
  const text = await response.text();
  const { events = [], cursor = null } = JSON.parse(text) as Partial<Answer>;
  const { status, headers } = response;
  return { status, code: headers.get("waxseal-error-code"), text, events, cursor };
}

/** All pages, one after another. */
async function paged(person: Person, limit: number): Promise<Activity[][]> {
  const pages: Activity[][] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? "" : `&cursor=${cursor}`;
    const answer = await activity(person, `?limit=${limit}${next}`);
    pages.push(answer.events);
    cursor = answer.cursor;
  } while (cursor !== null);
  return pages;
}

const types = (events: readonly Activity[]) => events.map(({ type }) => type);

describe("a person's own activity", () => {
  test("is what happened to their provider keys, newest first, in exactly the documented members", async () => {
    const { status, events, cursor, text } = await activity(ada);
    expect([status, cursor]).toEqual([200, null]);
    expect(types(events)).toEqual([
      "key_disabled",
      "key_saved",
      "key_health_changed",
      "key_used",
      "key_saved",
    ]);
    const owner = ownerIdOf(`${system.api}/local`, "ada");
    const [disabled, saved, , used] = events;
    expect(disabled).toEqual({
      ...{ type: "key_disabled", provider: "openai", name: "default" },
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      ...{ actor: owner, caller: "waxseal-local-update" },
    });
    expect(saved).toMatchObject({ provider: "anthropic", name: "work" });
    expect(used?.useId).toMatch(/^[\w-]{22}$/);
    expect(text).not.toMatch(new RegExp(`${CANARY}|recordId|requestId|ownerId`));
  });

  test("has nothing of anybody else's", async () => {
    expect(types((await activity(bob)).events)).toEqual(["key_saved"]);
    const nobody = await Person.named(system, "nobody");
    expect(await activity(nobody)).toMatchObject({ status: 200, events: [], cursor: null });
  });

  test("comes in pages that are the whole together, whatever their size", async () => {
    const whole = (await activity(ada, "?limit=100")).events;
    for (const limit of [1, 2, 4, whole.length]) {
      const pages = await paged(ada, limit);
      expect(pages.flat()).toEqual(whole);
      expect(pages).toHaveLength(Math.ceil(whole.length / limit));
    }
  });

  test("of one provider, of one name", async () => {
    expect(types((await activity(ada, "?provider=anthropic&name=work")).events)).toEqual(["key_saved"]);
    expect((await activity(ada, "?provider=openai")).events).toHaveLength(4);
    expect((await activity(ada, "?name=none")).events).toEqual([]);
  });

  test("goes on where it was while new events come in", async () => {
    const carol = await Person.named(system, "carol");
    for (let n = 0; n < 4; n += 1) await carol.save(canaryKey());
    await system.streamsSettled();
    const whole = (await activity(carol)).events;
    const first = await activity(carol, "?limit=2");
    await carol.save(canaryKey());
    await system.streamsSettled();
    const rest = await activity(carol, `?limit=2&cursor=${first.cursor ?? ""}`);
    expect([...first.events, ...rest.events]).toEqual(whole);
  });
});

describe("what is refused", () => {
  test.each([
    ...["?limit=0", "?limit=101", "?limit=1e1", "?limit=+5", "?limit=", "?limit=5&limit=6"],
    ...["?provider=OpenAI", "?name=a%2Fb", "?owner=EVILCALLER", "?ownerId=EVILCALLER"],
    ...["?cursor=", "?cursor=EVILCALLER", `?cursor=${"A".repeat(200)}`, `?cursor=${"A".repeat(2000)}`],
  ])("%s, without an echo", async (query) => {
    const { status, code, text } = await activity(ada, query);
    expect([status, code]).toEqual([400, "INVALID_REQUEST"]);
    expect(text).not.toContain("EVILCALLER");
  });

  test("a cursor of another owner's, and one that was tampered with", async () => {
    const { cursor } = await activity(ada, "?limit=1");
    expect(cursor).not.toBeNull();
    const bytes = Buffer.from(cursor ?? "", "base64url");
    bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
    const answers = [
      await activity(bob, `?cursor=${cursor ?? ""}`),
      await activity(ada, `?cursor=${bytes.toString("base64url")}`),
      await activity(ada, `?cursor=${cursor ?? ""}=`),
    ];
    for (const { status, code } of answers) expect([status, code]).toEqual([400, "INVALID_REQUEST"]);
  });

  test("whoever has no token", async () => {
    expect((await fetch(`${system.api}/v1/activity`)).status).toBe(401);
  });
});

describe("that it was read", () => {
  test("is an event of its own, once an owner and minute, that the person is not shown", async () => {
    const dora = await Person.named(system, "dora");
    const minutes = new Set<string>();
    for (let n = 0; n < 3; n += 1) {
      minutes.add(new Date().toISOString().slice(0, 16));
      await activity(dora);
      minutes.add(new Date().toISOString().slice(0, 16));
    }
    const owner = ownerIdOf(`${system.api}/local`, "dora");
    const reads = (await new AuditHands(system).recorded()).filter((event) => event["ownerId"] === owner);
    expect(reads.length).toBeGreaterThan(0);
    expect(reads.length).toBeLessThanOrEqual(minutes.size);
    expect(reads[0]).toMatchObject({ type: "audit_read", actor: owner, caller: "waxseal-local-activity" });
    expect((await activity(dora)).events).toEqual([]);
  });

  test("is said in the log where it could not be entered, and the person is answered", async () => {
    const fn = system.stack.functions.find(({ name }) => name === "activity");
    const role = system.stack.roles.find(({ arn }) => arn === fn?.roleArn);
    const statements = (role?.statements ?? []) as Statement[];
    const all = [...statements];
    statements.splice(0, Infinity, ...all.filter(({ actions }) => !actions.includes("dynamodb:PutItem")));
    const before = system.logLines().length;
    try {
      expect((await activity(await Person.named(system, "eve"))).status).toBe(200);
    } finally {
      statements.splice(0, Infinity, ...all);
    }
    expect(system.logLines().slice(before).join("\n")).toContain("AUDIT_UNAVAILABLE");
  });
});
