import { spawn, type ChildProcess } from "node:child_process";
import { createHash, randomInt } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, expect, test } from "vitest";
import { canaryKey } from "../support/keys.ts";

const start = fileURLToPath(new URL("../../local/start.ts", import.meta.url));
const dataDirectory = mkdtempSync(join(tmpdir(), "waxseal-restart-"));
/** What is tried is the folder, not the limits. */
const settings = JSON.stringify({ limits: { save: "off", update: "off", remove: "off", proxy: "off" } });

interface Running {
  readonly child: ChildProcess;
  readonly api: string;
  readonly awsEndpoint: string;
}

const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(dataDirectory, { recursive: true, force: true });
});

function spawned(): ChildProcess {
  const args = [start, "--port", "0", "--json", "--data", dataDirectory, "--settings", settings];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

async function started(): Promise<Running> {
  const child = spawned();
  const [stdout, stderr] = [child.stdout ?? process.stdin, child.stderr ?? process.stdin];
  let said = "";
  stderr.on("data", (text: Buffer) => (said += text.toString()));
  const [line] = (await Promise.race([
    once(createInterface({ input: stdout }), "line"),
    once(child, "exit").then(() => Promise.reject(new Error(`it ended: ${said}`))),
  ])) as [string];
  return { child, ...(JSON.parse(line) as Omit<Running, "child">) };
}

async function ended({ child }: Running, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, "exit");
  child.kill(signal);
  return ((await exit) as [number | null])[0];
}

/** What a slot may hold: what the last answered change left, or what the one that was not answered would have. */
type Held = "nothing" | { readonly providerKey: string; readonly state: "active" | "disabled" };
interface Slot {
  readonly person: string;
  readonly name: string;
  held: Held;
  wanted?: Held;
  answered: number;
}

const people = ["ada", "grace", "edsger", "barbara"];
const slots: Slot[] = people.flatMap((person) =>
  ["one", "two"].map((name) => ({ person, name, held: "nothing" as const, answered: 0 })),
);
const tokens = new Map<string, string>();

function send({ api }: Running, slot: Slot, method: string, path: string, body?: unknown): Promise<Response> {
  const headers = {
    authorization: `Bearer ${tokens.get(slot.person) ?? ""}`,
    "content-type": "application/json",
  };
  return fetch(api + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

const use = (running: Running, slot: Slot) =>
  send(running, slot, "POST", `/proxy/openai@${slot.name}/v1/chat/completions`, {
    model: "tell-fingerprint",
    messages: [],
  });

/** One change at random; what is answered is noted, what is not stays wanted. */
async function change(running: Running, slot: Slot): Promise<void> {
  const path = `/v1/provider-keys/openai/${slot.name}`;
  const { held } = slot;
  const choice = held === "nothing" ? 0 : randomInt(4);
  if (choice === 3) {
    await use(running, slot).then((response) => response.arrayBuffer());
    return;
  }
  const providerKey = canaryKey();
  const state = held !== "nothing" && held.state === "active" ? ("disabled" as const) : ("active" as const);
  const changes = [
    { wanted: { providerKey, state: "active" }, method: "PUT", body: { apiKey: providerKey } },
    { wanted: held === "nothing" ? held : { ...held, state }, method: "PATCH", body: { state } },
    { wanted: "nothing", method: "DELETE", body: undefined },
  ] as const;
  const { wanted, method, body } = changes[choice as 0 | 1 | 2];
  slot.wanted = wanted;
  const response = await send(running, slot, method, path, body);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${method}: ${String(response.status)}`);
  slot.held = wanted;
  slot.answered += 1;
  delete slot.wanted;
}

/** Everyone at once, until the process is gone, in the middle of what they do then. */
async function changeUntilKilled(running: Running): Promise<void> {
  let isKilled = false;
  let killed: Promise<unknown> | undefined;
  const kill = () => {
    isKilled = true;
    killed = ended(running, "SIGKILL");
  };
  let changes = 0;
  const enough = randomInt(20, 60);
  const loops = slots.map(async (slot) => {
    while (!isKilled) {
      if ((changes += 1) === enough) kill();
      await change(running, slot).catch((error: unknown) => {
        if (!isKilled) throw error;
      });
    }
  });
  await Promise.all(loops);
  await killed;
}

/** What the slot holds, as its owner and the provider see it. */
async function seen(running: Running, slot: Slot): Promise<{ state: string; fingerprint: string | null }> {
  const response = await use(running, slot);
  const state =
    { 200: "active", 404: "nothing", 409: "disabled" }[response.status] ?? String(response.status);
  return { state, fingerprint: response.headers.get("openai-fingerprint") };
}

function expected(held: Held): { state: string; fingerprint: string | null } {
  if (held === "nothing") return { state: held, fingerprint: null };
  const hash = createHash("sha256").update(`Bearer ${held.providerKey}`).digest("hex");
  return { state: held.state, fingerprint: held.state === "active" ? hash : null };
}

/** Each slot holds what was answered, or, whole, what was wanted; from now on what it holds. */
async function checkAll(running: Running): Promise<void> {
  for (const slot of slots) {
    const now = await seen(running, slot);
    const possible = [slot.held, ...(slot.wanted === undefined ? [] : [slot.wanted])];
    expect(possible.map(expected)).toContainEqual(now);
    const held = possible.find((one) => JSON.stringify(expected(one)) === JSON.stringify(now));
    slot.held = held ?? slot.held;
    delete slot.wanted;
  }
}

async function recordCount({ awsEndpoint }: Running): Promise<number> {
  const { Records } = (await (await fetch(`${awsEndpoint}/_cloudtrail`)).json()) as { Records: unknown[] };
  return Records.length;
}

/** All items of the table whose name holds this. */
async function itemsOf({ awsEndpoint }: Running, part: string): Promise<Record<string, unknown>[]> {
  const credentials = { accessKeyId: "AKIAADMINISTRATOR", secretAccessKey: "local" };
  const client = new DynamoDBClient({ region: "us-east-1", endpoint: awsEndpoint, credentials });
  const dynamo = DynamoDBDocumentClient.from(client);
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const TableName = TableNames.find((name) => name.includes(part));
  const items: Record<string, unknown>[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await dynamo.send(new ScanCommand({ TableName, ExclusiveStartKey }));
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  dynamo.destroy();
  return items;
}

/** By record, the numbers of its changes: as the records say that there are, and as the audit has them. */
async function changeNumbers(running: Running) {
  const records = await itemsOf(running, "-ProviderKeys");
  const events = await itemsOf(running, "-AuditTablesLog");
  const made = records.map(({ recordId, changeSeq }) => {
    const numbers = Array.from({ length: Number(changeSeq) }, (_, index) => index + 1);
    return [String(recordId), numbers] as const;
  });
  const recorded = made.map(([recordId]) => {
    const own = events.filter((event) => event["recordId"] === recordId);
    return [recordId, own.map(({ eventSeq }) => Number(eventSeq)).sort((a, b) => a - b)] as const;
  });
  return { made, recorded };
}

/** Every change has its event, once, also those that a kill cut off from the recorder. */
async function checkEvents(running: Running): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(200)) {
    const { made, recorded } = await changeNumbers(running);
    if (isDeepStrictEqual(made, recorded)) break;
  }
  const { made, recorded } = await changeNumbers(running);
  expect(made.length).toBeGreaterThan(0);
  expect(recorded).toEqual(made);
}

test("--data: killed again and again, nothing that was answered is lost, nor a token, a KMS key, a record or an event", async () => {
  let records = 0;
  for (let round = 0; round < 3; round += 1) {
    const running = await started();
    for (const person of people) {
      if (tokens.has(person)) continue;
      tokens.set(person, await (await fetch(`${running.api}/local/token?sub=${person}`)).text());
    }
    expect(await recordCount(running)).toBeGreaterThanOrEqual(records);
    await checkAll(running);
    if (round > 0) await checkEvents(running);
    records = await recordCount(running);
    await changeUntilKilled(running);
  }
  expect(slots.reduce((sum, { answered }) => sum + answered, 0)).toBeGreaterThan(20);

  // As a kill, or a full disk, may leave them.
  appendFileSync(join(dataDirectory, "cloudtrail.jsonl"), '{"eventVersion":"1.');
  writeFileSync(
    join(dataDirectory, "kms.json.new"),
    readFileSync(join(dataDirectory, "kms.json")).subarray(0, 99),
  );
  const last = await started();
  await checkAll(last);

  // While it runs the folder is its own.
  const second = spawned();
  let said = "";
  second.stderr?.on("data", (text: Buffer) => (said += text.toString()));
  const [code] = (await once(second, "close")) as [number | null];
  expect({ code, said }).toEqual({ code: 2, said: expect.stringContaining("in use by another") as string });
  await checkAll(last);

  expect(await ended(last, "SIGTERM")).toBe(0);
  const afterwards = await started();
  await checkAll(afterwards);
  await checkEvents(afterwards);
  expect(await ended(afterwards, "SIGTERM")).toBe(0);
}, 600_000);
