/** A deployment of changed settings while all goes on, as `cdk deploy` is for a stack in AWS. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actingFetch } from "../../lib/acting/index.ts";
import { closeServer, listen } from "../../local/http/server.ts";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey } from "../support/keys.ts";
import { awsConfig, Person, startForTest, storedItems } from "../support/local-system.ts";

const off = "off" as const;
const limits = {
  ...{ save: off, update: off, remove: off, verify: off, proxy: off },
  ...{ activity: off, failedAuthentication: off },
};

let system: LocalSystem;
/** That of one provider; a test answers for it. */
const provider = createServer();
beforeAll(async () => {
  const endpointOrigins = { "mistral-1": await listen(provider, 0) };
  system = await startForTest({ settings: { limits, endpointOrigins, actingRoles: [] } });
});
afterAll(async () => {
  await system.close();
  await closeServer(provider);
});

async function personWithKey(subject: string): Promise<Person> {
  const person = await Person.named(system, subject);
  expect((await person.save(canaryKey())).status).toBe(200);
  return person;
}

async function suites(): Promise<unknown[]> {
  return (await storedItems(system)).map(({ cipherSuite }) => cipherSuite);
}

async function stackStatus() {
  const client = new CloudFormationClient(awsConfig(system));
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({}));
  return { status: stack?.StackStatus, updated: stack?.LastUpdatedTime, created: stack?.CreationTime };
}

/** Saves and uses, one after another, until told to end; every answer's status. */
async function traffic(person: Person, end: AbortSignal): Promise<number[]> {
  const statuses: number[] = [];
  while (!end.aborted) {
    const saved = await person.save(canaryKey());
    await saved.arrayBuffer();
    const used = await person.chat({ stream: statuses.length % 4 === 0 });
    await used.arrayBuffer();
    statuses.push(saved.status, used.status);
  }
  return statuses;
}

describe("a deployment of changed settings", () => {
  test("loses no request, and is in force when it is done", async () => {
    const people = await Promise.all(["ada", "ben", "cleo"].map(personWithKey));
    const kept = await personWithKey("dora");
    const before = await stackStatus();
    const end = new AbortController();
    const running = people.map((person) => traffic(person, end.signal));
    await system.deploy({ writeSuite: "A256GCM" });
    await Promise.all(people.map((person) => person.save(canaryKey())));
    expect((await suites()).toSorted()).toEqual(["A256CBC-HS512", "A256GCM", "A256GCM", "A256GCM"]);
    await system.deploy({ writeSuite: "A256CBC-HS512" });
    end.abort();
    const statuses = (await Promise.all(running)).flat();
    expect(statuses.length).toBeGreaterThan(people.length * 2);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await kept.chat()).status).toBe(200);
    const after = await stackStatus();
    expect(after).toMatchObject({ status: "UPDATE_COMPLETE", created: before.created });
    expect(after.updated?.getTime()).toBeGreaterThan(before.created?.getTime() ?? Infinity);
  });

  test("adds functions, their roles, URLs and policies; earlier changes stay", async () => {
    await personWithKey("ernest");
    const role = "arn:aws:iam::111122223333:role/late-backend";
    const act = () => {
      const credentials = { accessKeyId: system.accessKeyIdOfRole(role), secretAccessKey: "local" };
      const signed = { region: "us-east-1", credentials };
      const send = actingFetch({
        url: system.actingProxy,
        userId: "ernest",
        provider: "openai",
        ...signed,
      });
      return send("https://api.openai.com/v1/chat/completions", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "gpt-test", messages: [] }),
      });
    };
    expect((await act()).status).toBe(403);
    await system.deploy({ actingRoles: [{ role, users: ["*"], may: ["use"] }] });
    expect((await act()).status).toBe(200);
    expect(system.stack.functions.map(({ name }) => name)).toContain("acting-proxy");
  });

  test("lets an answer that is streaming end in its own time; earlier changes stay", async () => {
    const person = await Person.named(system, "flora");
    const saved = await person.request("PUT", "/v1/provider-keys/mistral", { apiKey: canaryKey("mistral") });
    expect(saved.status).toBe(200);
    const asked = once(provider, "request") as Promise<[unknown, ServerResponse]>;
    const answer = person.request("POST", "/proxy/mistral/v1/chat/completions", { model: "m", messages: [] });
    const [, response] = await asked;
    response.writeHead(200, { "content-type": "text/plain" }).write("first ");
    await system.deploy({ tombstoneDays: 8 });
    response.end("last");
    expect(await (await answer).text()).toBe("first last");
    expect(system.stack.functions.map(({ name }) => name)).toContain("acting-proxy");
  });

  test("that is not allowed says why and changes nothing", async () => {
    const before = await stackStatus();
    const deployed = system.stack;
    await expect(system.deploy({ tombstoneDays: 0 })).rejects.toThrow("tombstoneDays must be a whole number");
    await expect(system.deploy({ stage: "other" })).rejects.toThrow("stage cannot be changed");
    expect(system.stack).toBe(deployed);
    expect(await stackStatus()).toEqual(before);
  });
});

describe("POST /local/deploy", () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${system.api}/local/deploy`, { method: "POST", body, headers });

  test("deploys, and answers when it is done; limits are changed one by one", async () => {
    const answer = await post('{"limits":{"save":"1/hour"}}');
    expect([answer.status, await answer.text()]).toEqual([200, "UPDATE_COMPLETE\n"]);
    const person = await personWithKey("gil");
    expect((await person.save(canaryKey())).status).toBe(429);
    const { environment } = system.stack.functions.find(({ name }) => name === "save") ?? {};
    expect(JSON.parse(environment?.["WAXSEAL_LIMITS"] ?? "")).toEqual({ ...limits, save: "1/hour" });
  });

  test.each([
    ["a setting's wrong value", '{"writeSuite":"none"}', "writeSuite must be one of"],
    ["a setting that there is not", '{"writeSweet":"A256GCM"}', "writeSweet is not a setting"],
    ["what is no JSON", "{canary", "the settings are not an object of JSON"],
    ["what is no object", "[]", "the settings are not an object of JSON"],
  ])("refuses %s", async (_name, body, message) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    const text = await answer.text();
    expect(text).toContain(message);
    expect(text).not.toContain("canary");
  });

  test("is not for pages of other sites, other methods, or too much", async () => {
    const before = system.stack;
    expect((await post("{}", { origin: "https://evil.example" })).status).toBe(403);
    expect((await post("{}", { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await fetch(`${system.api}/local/deploy`)).status).toBe(405);
    expect((await post(`{"x":"${"x".repeat(70_000)}"}`)).status).toBe(413);
    expect(system.stack).toBe(before);
  });
});
