/** `waxseal audit list|show|export`, as its users run them. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sealedAttributes } from "../../lib/attributes.ts";
import { csvColumns } from "../../lib/audit/read/csv.ts";
import { hashOf } from "../../lib/audit/canonical.ts";
import { ownerIdOf } from "../../lib/owner.ts";
import type { Statement } from "../../local/stack.ts";
import type { LocalSystem } from "../../local/system.ts";
import { AuditHands } from "../support/audit.ts";
import { runCommand } from "../support/command.ts";
import { CANARY, canaryKey, Person, startForTest, storedItems } from "../support/local-system.ts";

type Item = Record<string, unknown>;

let system: LocalSystem;
let folder: string;
let ada: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "waxseal-audit-"));
  system = await startForTest({
    audited: true,
    settings: { checkpointSchedule: "rate(1 minute)", verifyOnSave: "off" },
  });
  ada = ownerIdOf(`${system.api}/local`, "ada");
  for (const subject of ["ada", "bob"]) {
    const person = await Person.named(system, subject);
    await person.save(canaryKey());
    await person.chat();
  }
  await system.streamsSettled();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await system.close();
});

async function audit(...args: string[]) {
  const result = await runCommand(system, ["audit", ...args, "--json"]);
  return { ...result, events: (result.json["events"] ?? []) as Item[] };
}

const typesOf = (events: readonly Item[]) => events.map(({ type }) => type);
const usedFirst = ["key_health_changed", "key_used", "key_saved"];
const newestFirst = (events: readonly Item[]) => {
  const times = events.map(({ at }) => String(at));
  return times.toSorted().toReversed().join() === times.join();
};

describe("audit list", () => {
  test("shows a person's events whole, newest first, by the user's id and by the owner's", async () => {
    const { code, json, events } = await audit("list", "--user", "ada");
    expect([code, json["schemaVersion"], typesOf(events)]).toEqual([0, 1, usedFirst]);
    const stored = await new AuditHands(system).recorded();
    const whole = new Map(
      stored.map((event) => [`${String(event["recordId"])}/${String(event["eventSeq"])}`, event]),
    );
    for (const event of events)
      expect(event).toEqual(whole.get(`${String(event["recordId"])}/${String(event["eventSeq"])}`));
    expect((await audit("list", "--owner", ada)).events).toEqual(events);
    const issuer = `${system.api}/local`;
    expect((await audit("list", "--user", "ada", "--issuer", issuer)).events).toEqual(events);
    expect((await audit("list", "--user", "ada", "--issuer", "https://other.test")).events).toEqual([]);
    expect((await audit("list", "--record", String(events[0]?.["recordId"]))).events).toEqual(events);
  });

  test("of everybody, newest first and no more than the limit", async () => {
    const all = await audit("list", "--provider", "openai");
    expect(typesOf(all.events).toSorted()).toEqual([...usedFirst, ...usedFirst].toSorted());
    expect(newestFirst(all.events)).toBe(true);
    const some = await audit("list", "--provider", "openai", "--limit", "2");
    expect(some.events).toEqual(all.events.slice(0, 2));
  });

  test("filters by type, actor, caller and time, with and without an owner", async () => {
    const { events } = await audit("list", "--user", "ada", "--type", "key_used");
    expect(typesOf(events)).toEqual(["key_used"]);
    const { at, actor, caller } = (events[0] ?? {}) as Record<string, string>;
    const by = ["--actor", actor ?? "", "--caller", caller ?? "", "--type", "key_used"];
    const during = ["--from", at ?? "", "--to", at ?? ""];
    const before = ["--to", new Date(Date.parse(at ?? "") - 1).toISOString()];
    for (const owner of [[], ["--owner", ada]]) {
      expect((await audit("list", ...owner, ...by, ...during)).events).toEqual(events);
      expect((await audit("list", ...owner, ...by, ...before)).events).toEqual([]);
    }
  });

  test("for people: a line an event", async () => {
    const { stdout } = await runCommand(system, ["audit", "list", "--user", "bob"]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(3);
    expect(stdout).toMatch(
      / {2}key_used +openai\/default +waxseal-local-provider-proxy +[\w-]{43} +[\w-]{22}\/0{11}2\n/,
    );
  });

  test("understands only what an event may have", async () => {
    const bad = [
      ...[
        ["--owner", "x"],
        ["--from", "yesterday"],
        ["--from", "2026-11-25T10:00:00"],
        ["--limit", "0"],
      ],
      ...[
        ["--record", "a/b"],
        ["--type", "KEY"],
        ["--actor", "\u001b[2J"],
        ["--user", "a", "--owner", ada],
      ],
    ];
    bad.push(["--issuer", "https://other.test"]);
    for (const args of bad) expect((await audit("list", ...args)).code).toBe(2);
  });
});

describe("audit show", () => {
  test("shows a record's events, one by its name, a use with what came of it, and what a request did", async () => {
    const { events } = await audit("list", "--user", "ada");
    const used = events.find(({ type }) => type === "key_used") ?? {};
    const saved = events.find(({ type }) => type === "key_saved") ?? {};
    expect((await audit("show", String(used["recordId"]))).events).toEqual(events);
    expect((await audit("show", `${String(used["recordId"])}/${String(used["eventSeq"])}`)).events).toEqual([
      used,
    ]);
    expect(typesOf((await audit("show", String(used["useId"]))).events)).toEqual(usedFirst.slice(0, 2));
    expect((await audit("show", String(saved["requestId"]))).events).toEqual([saved]);
    expect((await audit("show", String(saved["kmsRequestId"]))).events).toEqual([saved]);
    for (const id of [["nothing"], ["-begins-like-an-option"], ["--", "-help"]]) {
      const { code, json } = await runCommand(system, ["audit", "--json", "show", ...id]);
      expect([code, json["error"]]).toMatchObject([2, { code: "EVENT_NOT_FOUND" }]);
    }
    expect((await audit("show", "--typo")).code).toBe(2);
  });
});

test("audit show has the manifest of an event, and what CloudTrail showed of it", async () => {
  const { events } = await audit("list", "--user", "ada", "--type", "key_used");
  const [used = {}] = events;
  const id = `${String(used["recordId"])}/${String(used["eventSeq"])}`;
  await expect
    .poll(async () => (await audit("show", id)).json["proofs"], { timeout: 30_000, interval: 500 })
    .toEqual([
      {
        event: id,
        hash: hashOf(used),
        manifest: { name: expect.stringMatching(/^manifests\//) as string, hasHash: true },
        kms: [
          expect.objectContaining({
            ...{ operation: "Decrypt", status: "explained" },
            principal: expect.stringContaining("ProviderProxyRole") as string,
          }),
        ],
      },
    ]);
  const { stdout } = await runCommand(system, ["audit", "show", id]);
  expect(stdout).toMatch(/^\(manifest\) +manifests\/\S+\.json$/m);
  expect(stdout).toMatch(/^\(KMS\) +\S+ Decrypt \S+ by arn:\S+: explained, /m);
});

describe("audit export", () => {
  test("writes a private file of whole events, of which each still has its hash", async () => {
    const out = join(folder, "events.jsonl");
    const { code, json } = await audit("export", "--user", "ada", "--out", out);
    expect([code, json]).toMatchObject([0, { schemaVersion: 1, out, format: "jsonl", events: 3 }]);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const lines = readFileSync(out, "utf8").trimEnd().split("\n");
    const { events } = await audit("list", "--user", "ada");
    const hashes = lines.map((line) => createHash("sha256").update(line).digest("hex"));
    expect(hashes).toEqual(events.map((event) => hashOf(event)));
    expect((await audit("export", "--out", out)).code).toBe(3);
    expect((await audit("export", "--out", out, "--evidence", folder)).code).toBe(2);
  });

  test("as CSV of all there is, and nothing sealed in it", async () => {
    const out = join(folder, "events.csv");
    expect((await audit("export", "--out", out, "--format", "csv")).code).toBe(0);
    const text = readFileSync(out, "utf8");
    expect(text.split("\n")[0]).toBe(csvColumns.join(","));
    expect(text).toContain("key_saved");
    expect(text).not.toContain(CANARY);
    const members = (await new AuditHands(system).recorded()).flatMap((event) => Object.keys(event));
    expect([...new Set(members)].filter((name) => !csvColumns.some((column) => column === name))).toEqual([]);
  });
});

describe("that the audit was read", () => {
  test("is in the audit before anything is: who, what was asked, and nothing of the answer", async () => {
    await audit("list", "--user", "bob", "--type", "key_used");
    const reads = (await new AuditHands(system).recorded()).filter(({ type }) => type === "audit_read");
    const bob = ownerIdOf(`${system.api}/local`, "bob");
    const details = { command: "list", ownerId: bob, type: "key_used", limit: "50" };
    expect(reads).toContainEqual({
      ...{ schemaVersion: 1, recordId: expect.stringMatching(/^intake-read-[\w-]{22}$/) as string },
      ...{ eventSeq: "000000000001", type: "audit_read", at: expect.any(String) as string },
      ...{ actor: expect.stringContaining("arn:aws:") as string, caller: "waxseal audit", details },
    });
  });

  test("and where it cannot be entered, nothing is read", async () => {
    const role = system.stack.roles.find(({ logicalId }) => logicalId.includes("AuditorRole"));
    const statements = (role?.statements ?? []) as Statement[];
    const all = [...statements];
    statements.splice(0, Infinity, ...all.filter(({ actions }) => !actions.includes("dynamodb:PutItem")));
    try {
      expect(statements).toHaveLength(all.length - 1);
      const out = join(folder, "not-entered.jsonl");
      for (const args of [["list"], ["show", "x"], ["export", "--out", out]]) {
        const { code, json, events } = await audit(...args);
        expect([code, json["error"], events]).toMatchObject([1, { code: "ACCESS_DENIED_BY_AWS" }, []]);
      }
      expect(() => statSync(out)).toThrow("ENOENT");
    } finally {
      statements.splice(0, Infinity, ...all);
    }
  });
});

test("nothing sealed and no provider key is in any table, bucket, alarm or log of the audit", async () => {
  const hands = new AuditHands(system);
  await hands.checkpoint();
  system.trails.flush();
  const sealed = (await storedItems(system)).flatMap((item) =>
    sealedAttributes.map((name) => Buffer.from(item[name] as Uint8Array).toString("base64")),
  );
  expect(sealed).toHaveLength(8);
  const seen: string[] = [...system.logLines(), JSON.stringify(system.alarms())];
  for (const table of ["AuditLogTable", "AuditIntakeTable", "TrailLedgerTable"]) {
    const items = await hands.items(table);
    expect(items).not.toEqual([]);
    seen.push(JSON.stringify(items));
  }
  for (const bucket of ["AuditBucket", "TrailBucket"].map((name) => hands.output(name))) {
    const names = await hands.names("", bucket);
    expect(names).not.toEqual([]);
    for (const name of names) {
      const body = await hands.read(name, bucket);
      seen.push((name.endsWith(".gz") ? gunzipSync(body) : body).toString("utf8"));
    }
  }
  for (const never of [CANARY, ...sealed]) expect(seen.some((text) => text.includes(never))).toBe(false);
  // And it would be seen: what CloudTrail has of a use is there.
  expect(seen.some((text) => text.includes("waxseal/provider-key"))).toBe(true);
});
