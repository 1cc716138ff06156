/** Back ends that act for a user: who may, by IAM and by the deployment's list, and what comes of it. */
import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actingFetch, deleteOwner } from "../../lib/acting/index.ts";
import { welcome } from "../../local/cli/welcome.ts";
import { localBackEndRole } from "../../local/settings.ts";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey } from "../support/keys.ts";
import { Person, startForTest } from "../support/local-system.ts";

const roleArn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const [teamRole, closingRole] = [roleArn("team-backend"), roleArn("path/closing-backend")];

let system: LocalSystem;
beforeAll(async () => {
  const actingRoles = [
    { role: localBackEndRole, users: ["*"], may: ["use", "delete"] },
    { role: teamRole, users: ["team-*", "ada"], may: ["use"] },
    { role: closingRole, users: ["*"], may: ["delete"] },
  ] as const;
  system = await startForTest({ settings: { actingRoles } });
});
afterAll(() => system.close());

const signedBy = (role: string) => ({
  region: "us-east-1",
  credentials: { accessKeyId: system.accessKeyIdOfRole(role), secretAccessKey: "local" },
});

/** A call of an SDK's, made by a back end for a user. */
function chat(role: string, userId: string, body: object = {}): Promise<Response> {
  const send = actingFetch({ url: system.actingProxy, userId, provider: "openai", ...signedBy(role) });
  return send("https://api.openai.com/v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-test", messages: [], ...body }),
  });
}

function close(role: string, userId: string): Promise<number> {
  return deleteOwner({ url: system.deleteOwner, userId, ...signedBy(role) });
}

async function withKey(subject: string): Promise<Person> {
  const person = await Person.named(system, subject);
  expect((await person.save(canaryKey())).status).toBe(200);
  return person;
}

async function listed(person: Person): Promise<{ lastUsedBy?: string }[]> {
  const response = await person.request("GET", "/v1/provider-keys");
  return ((await response.json()) as { providerKeys: { lastUsedBy?: string }[] }).providerKeys;
}

describe("a back end's role", () => {
  test("uses the key of a user on its list, plain and streamed, and the record says who did", async () => {
    const person = await withKey("team-one");
    const plain = await chat(teamRole, "team-one");
    expect(await plain.json()).toMatchObject({ object: "chat.completion" });
    const streamed = await chat(teamRole, "team-one", { stream: true });
    expect(streamed.headers.get("content-type")).toContain("text/event-stream");
    expect(await streamed.text()).toMatch(/^data: \{[^]*data: \[DONE\]/);
    expect(await listed(person)).toMatchObject([{ lastUsedBy: "team-backend", useCount: 2 }]);
  });

  test("is told that it may not act for a user who is on no list of its, and the key is not used", async () => {
    const person = await withKey("grace");
    const response = await chat(teamRole, "grace");
    expect({ status: response.status, code: ((await response.json()) as { code: string }).code }).toEqual({
      status: 403,
      code: "NOT_ALLOWED_TO_ACT",
    });
    expect((await listed(person))[0]).not.toHaveProperty("lastUsedBy");
  });

  test.each<[string, () => Promise<Response>]>([
    ["that may only delete uses no key", () => chat(closingRole, "ada")],
    ["that is no back end's, but a function's of the stack", () => chat(functionRole("save"), "ada")],
    ["that is the acting proxy's own", () => chat(functionRole("acting-proxy"), "ada")],
  ])("%s: IAM refuses before the function", async (_what, call) => {
    const before = system.logLines().length;
    const response = await call();
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ Message: expect.stringMatching(/^Forbidden/) as string });
    expect(system.logLines()).toHaveLength(before);
  });

  test("is a role: an administrator, whom IAM allows everything, may act for no one", async () => {
    const response = await chat("arn:aws:iam::111122223333:user/administrator", "ada");
    expect(await response.json()).toMatchObject({ status: 403, code: "NOT_ALLOWED_TO_ACT" });
  });
});

function functionRole(name: string): string {
  return system.stack.functions.find((fn) => fn.name === name)?.roleArn ?? "";
}

describe("a closed account", () => {
  test("has all of its provider keys removed by a role that may, and no one else's", async () => {
    const [closing, staying] = [await withKey("closing"), await withKey("staying")];
    await closing.request("PUT", "/v1/provider-keys/anthropic/work", { apiKey: canaryKey("anthropic") });
    expect(await close(closingRole, "closing")).toBe(2);
    expect(await listed(closing)).toEqual([]);
    expect((await closing.chat()).status).toBe(404);
    expect(await close(closingRole, "closing")).toBe(0);
    expect(await listed(staying)).toHaveLength(1);
  });

  test("is not closed by a role that may only use", async () => {
    const person = await withKey("team-two");
    await expect(close(teamRole, "team-two")).rejects.toThrow("HTTP 403");
    expect(await listed(person)).toHaveLength(1);
  });
});

test("where no role may act for anyone, the system starts, and its function URLs refuse", async () => {
  const nobody = await startForTest({ settings: { actingRoles: [] } });
  try {
    const send = actingFetch({
      url: nobody.actingProxy,
      userId: "ada",
      provider: "openai",
      ...signedBy(teamRole),
    });
    const response = await send("https://api.openai.com/v1/models");
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ Message: expect.stringMatching(/^Forbidden/) as string });
  } finally {
    await nobody.close();
  }
});

const curlSigns = /--aws-sigv4/.test(curl("--help", "all") ?? "");

function curl(...args: string[]): string | undefined {
  try {
    return execFileSync("curl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return undefined;
  }
}

test.skipIf(!curlSigns)("the call that `npm start` shows for a back end works as it is pasted", async () => {
  await withKey("ada");
  const command = /curl [^\n]*--aws-sigv4[^]*?\}'\n/.exec(welcome(system, undefined))?.[0] ?? "";
  const { stdout } = await promisify(execFile)("sh", ["-c", command]);
  expect(JSON.parse(stdout)).toMatchObject({ object: "chat.completion" });
});
