import { gunzipSync, gzipSync } from "node:zlib";
import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { claimDigest } from "../../../lib/audit/erased-claims.ts";
import { kmsCallOf } from "../../../lib/witness/call.ts";
import { completenessOf, type CompletenessOptions } from "../../../lib/witness/completeness-of.ts";
import type { FileRead } from "../../../lib/witness/ledger.ts";
import { Partitions } from "../../../lib/witness/partitions.ts";
import { trailFolder } from "../../../lib/witness/trail-folder.ts";
import { trailFileName } from "../../../lib/witness/trail-names.ts";
import { sha256 } from "../../../lib/witness/digest.ts";
import { DigestMaker } from "../../support/trail-digests.ts";
import { WitnessWorld } from "../../support/witness-world.ts";
import {
  call,
  claim,
  context,
  foreignKmsKey,
  record,
  reEncryptRecord,
  roleArn,
  roles,
  rules,
  sessionOf,
  slot,
  useId,
} from "./calls.ts";
import { worldSettings } from "./settings.ts";

type Item = Readonly<Record<string, unknown>>;

/** A deployment that is verified: its trail, its audit log, what its ledger knows. */
class Case {
  readonly world = new WitnessWorld(worldSettings());
  readonly log: Item[] = [];
  readonly maker = new DigestMaker();
  readonly known: Pick<FileRead, "name" | "hash">[] = [];
  #hasTrail = true;

  constructor() {
    this.world.time = Date.parse("2026-11-25T10:05:30.000Z");
  }

  claim(use: string, at: string, more: Item = {}): void {
    const event = {
      recordId: "r".repeat(22),
      eventSeq: "1",
      ...claim,
      at,
      witnessId: `use/${use}`,
      useId: use,
    };
    this.log.push({ ...event, ...more });
  }

  /** A file as CloudTrail delivers it, which the ledger saw. */
  file(records: readonly unknown[]): string {
    const name = this.world.deliver(records);
    this.known.push({ name, hash: this.hashOf(name) });
    return name;
  }

  hashOf(name: string): string {
    return sha256(gunzipSync(this.world.files.get(name)?.content ?? gzipSync("")));
  }

  /** The digest of the hour that ends then, of all files since the last. */
  digest(end: string, names: readonly string[], starts = false): string {
    const files = names.map((name) => ({
      name,
      content: gunzipSync(this.world.files.get(name)?.content ?? gzipSync("")),
    }));
    const { file, compressed, signature } = this.maker.make(end, files, starts);
    this.world.files.set(file.name, { content: compressed, modifiedAt: Date.parse(end) });
    this.signatures.set(file.name, signature);
    return file.name;
  }

  readonly signatures = new Map<string, string>();

  withoutTrail(): this {
    this.#hasTrail = false;
    return this;
  }

  verify(options: Partial<CompletenessOptions> = {}, onVerdict?: (text: string) => void) {
    const { source } = this.world.ports;
    const { roles: _roles, ...rest } = rules;
    const arns = worldSettings().roles;
    const { log, known, maker, world, signatures } = this;
    return completenessOf(
      {
        source:
          this.#hasTrail && source
            ? {
                ...source,
                open: async (name) => {
                  const content = await source.open(name);
                  const signature = signatures.get(name);
                  return content && { ...content, ...(signature !== undefined && { signature }) };
                },
              }
            : undefined,
        publicKeys: async () => [maker.publicKey],
        events: async function* () {
          yield* log;
        },
        filesRead: async function* (from, to) {
          const isWithin = (at = from) => at >= from && at <= to;
          yield* known.filter(({ name }) => isWithin(trailFileName(name)?.at));
        },
        now: () => new Date(world.time),
        ...(onVerdict && {
          onVerdict: (one, judgement) => {
            onVerdict(`${one.callId} ${judgement.status}`);
          },
        }),
      },
      { rules: { ...rest, roles: arns }, graceSeconds: 300, ...options },
    );
  }
}

/** A use, its Decrypt, and a save; an hour later everybody looks. */
function usual(): { one: Case; file: string } {
  const one = new Case();
  one.claim(useId, "2026-11-25T10:00:00.500Z");
  one.log.push({
    ...claim,
    recordId: "r",
    eventSeq: "2",
    type: "key_saved",
    witnessId: "kms/save",
    at: "2026-11-25T10:01:00.000Z",
  });
  const save = record({
    eventName: "GenerateDataKey",
    by: sessionOf(roles.save),
    use: "",
    requestID: "save",
    at: "2026-11-25T10:01:00Z",
  });
  const file = one.file([record({ at: "2026-11-25T10:00:00Z" }), save, { eventSource: "ec2.amazonaws.com" }]);
  one.world.time = Date.parse("2026-11-25T11:40:00.000Z");
  return { one, file };
}

describe("completeness", () => {
  test("is ok where every decryption is explained, and says what that rests on", async () => {
    const { one, file } = usual();
    one.digest("2026-11-25T10:20:00Z", [file], true);
    one.digest("2026-11-25T11:20:00Z", []);
    expect(await one.verify()).toEqual({
      ok: true,
      kmsDecrypts: 1,
      explained: 1,
      unaccounted: [],
      unconfirmed: [],
      pending: 0,
      informational: {},
      problems: [],
      window: { from: "2026-11-25T10:00:00Z", to: "2026-11-25T11:40:00Z" },
      restsOn: [
        "1 files of CloudTrail in s3://trail",
        "2 digests signed by CloudTrail, of files delivered from 2026-11-25T09:20:00Z to 2026-11-25T11:20:00Z; before them 0 files, after them 0",
        "1 files that the ledger knows",
      ],
    });
  });

  test("is nothing that can be said without a trail", async () => {
    const { one } = usual();
    expect(await one.withoutTrail().verify()).toMatchObject({ ok: null, kmsDecrypts: 0, unconfirmed: [] });
  });

  test("names who decrypted without a claim, and with which request; a forged and a repeated use id too", async () => {
    const { one } = usual();
    const forged = useId.replace("use", "USE");
    one.file([
      record({ by: sessionOf(roleArn("Stranger")), requestID: "by a stranger", at: "2026-11-25T10:10:00Z" }),
      record({ use: "", requestID: "without a claim", at: "2026-11-25T10:11:00Z" }),
      record({ use: `${forged}.1`, requestID: "forged", at: "2026-11-25T10:12:00Z" }),
      record({ requestID: "repeated", at: "2026-11-25T10:00:20Z" }),
      reEncryptRecord({ destination: foreignKmsKey, requestID: "away", at: "2026-11-25T10:13:00Z" }),
    ]);
    one.world.time += 10 * 60_000;
    const { ok, kmsDecrypts, explained, unaccounted } = await one.verify();
    expect([ok, kmsDecrypts, explained]).toEqual([false, 5, 1]);
    expect(unaccounted.map(({ requestId, principal, reason }) => [requestId, principal, reason])).toEqual([
      ["repeated", roles.proxy, "attempt_repeated"],
      ["by a stranger", roleArn("Stranger"), "foreign_principal"],
      ["without a claim", roles.proxy, "no_use_id"],
      ["forged", roles.proxy, "no_such_claim"],
      ["away", roles.rewrap, "re_encrypted_away"],
    ]);
    expect(unaccounted[1]).toMatchObject({
      at: "2026-11-25T10:10:00Z",
      encryptionContext: context,
      operation: "Decrypt",
    });
  });

  test("counts a call once, in whichever files it is", async () => {
    const { one } = usual();
    const twice = record({ use: "", requestID: "twice" });
    one.file([twice]);
    one.file([twice, twice]);
    const { kmsDecrypts, unaccounted } = await one.verify();
    expect([kmsDecrypts, unaccounted.length]).toEqual([2, 1]);
  });

  test("lets a call wait that CloudTrail has just shown, and no other", async () => {
    const { one } = usual();
    one.claim(useId.replace("use", "USE"), "2026-11-25T11:39:00.000Z");
    one.file([record({ use: `${useId.replace("use", "AAA")}.1`, at: "2026-11-25T11:39:00Z" })]);
    expect(await one.verify()).toMatchObject({ ok: true, pending: 1, unaccounted: [], unconfirmed: [] });
    one.world.time += 10 * 60_000;
    expect(await one.verify()).toMatchObject({ ok: false, pending: 0 });
  });

  test("names claims that KMS never showed, and is ok: a function ended in between", async () => {
    const { one } = usual();
    const never = useId.replace("use", "NEV");
    one.claim(never, "2026-11-25T10:30:00.000Z");
    expect(await one.verify()).toMatchObject({
      ok: true,
      unconfirmed: [{ useId: never, at: "2026-11-25T10:30:00.000Z", caller: "proxy" }],
    });
  });

  test("does not hold beside a trail that shows no Decrypt at all, and counts the claims of long ago", async () => {
    const { one, file } = usual();
    one.world.files.delete(file);
    one.known.length = 0;
    one.file([{ eventSource: "ec2.amazonaws.com" }]);
    expect(await one.verify()).toMatchObject({
      ok: false,
      problems: [{ kind: "trail_silent", where: "1 claims, and no Decrypt" }],
    });
    one.log.shift();
    one.claim(useId, "2026-11-25T11:39:00.000Z");
    expect(await one.verify()).toMatchObject({ ok: true, problems: [], unconfirmed: [] });
  });

  test("of a window looks at its calls and claims alone", async () => {
    const { one } = usual();
    one.file([record({ use: "", requestID: "later", at: "2026-11-25T11:00:00Z" })]);
    one.claim(useId.replace("use", "NEV"), "2026-11-25T11:00:00.000Z");
    const of = async (from?: string, to?: string) => {
      const { kmsDecrypts, unaccounted, unconfirmed } = await one.verify({ from, to });
      return [kmsDecrypts, unaccounted.length, unconfirmed.length];
    };
    expect(await of()).toEqual([2, 1, 1]);
    expect(await of("2026-11-25T10:00:00Z", "2026-11-25T10:30:00Z")).toEqual([1, 0, 0]);
    expect(await of("2026-11-25T10:30:00Z")).toEqual([1, 1, 1]);
  });

  test("lists each call with its verdict for whoever asks", async () => {
    const { one } = usual();
    one.file([
      record({ use: "", eventID: "bad" }),
      record({ eventName: "Encrypt", use: "", eventID: "other" }),
    ]);
    const verdicts: string[] = [];
    await one.verify({}, (text) => verdicts.push(text));
    expect(verdicts).toHaveLength(4);
    expect(verdicts).toEqual(expect.arrayContaining(["bad unaccounted", "other informational"]));
  });

  test("knows the roles of jobs that are gone, by the events that told of them", async () => {
    const { one } = usual();
    const gone = roleArn("Reseal");
    const job = useId.replace("use", "JOB");
    one.claim(job, "2026-11-25T10:20:00.000Z", { type: "key_reseal_claimed" });
    one.file([record({ by: sessionOf(gone), use: `${job}.1`, at: "2026-11-25T10:20:01Z" })]);
    expect(await one.verify()).toMatchObject({ ok: false });
    const ended = (at: string) => ({
      type: "control_plane_changed",
      at,
      details: { change: "role_ended", use: "opening", role: gone },
    });
    one.log.push({ recordId: "intake-role-1", eventSeq: "1", ...ended("2026-11-25T10:10:00.000Z") });
    expect(await one.verify()).toMatchObject({ ok: false });
    // Under this name any function may have entered it.
    one.log.push({ recordId: "intake-refused-1", eventSeq: "1", ...ended("2026-11-25T10:25:00.000Z") });
    expect(await one.verify()).toMatchObject({ ok: false });
    one.log.push({ recordId: "intake-role-2", eventSeq: "1", ...ended("2026-11-25T10:25:00.000Z") });
    const { restsOn, ...verdict } = await one.verify();
    expect(verdict).toMatchObject({ ok: true, explained: 2 });
    expect(restsOn).toContainEqual(expect.stringContaining(`the audit's own word: ${gone}`));
  });

  test("holds nothing against what an owner had erased, or what has expired, and says so", async () => {
    const { one } = usual();
    one.log.shift();
    expect(await one.verify()).toMatchObject({ ok: true, kmsDecrypts: 0 });
    one.log.push({ recordId: "intake-0", eventSeq: "1", type: "audit_read", at: "2026-11-25T09:00:00.000Z" });
    expect(await one.verify()).toMatchObject({ ok: false });
    const erasure = {
      ...{ recordId: "intake-erased-1~claims-1", eventSeq: "1", type: "events_erased" },
      at: "2026-11-25T11:00:00.000Z",
      details: { claims0: `${"x".repeat(16)} ${claimDigest(`use/${useId}`)}` },
    };
    // By another name anybody may have entered it; of another claim it says nothing of this.
    for (const other of [
      { ...erasure, recordId: "intake-1" },
      { ...erasure, details: { claims0: claimDigest("use/another") } },
    ]) {
      one.log.push(other);
      expect(await one.verify()).toMatchObject({ ok: false });
      one.log.pop();
    }
    one.log.push(erasure);
    expect(await one.verify()).toMatchObject({ ok: true, informational: { events_erased: 1 } });
    one.log.pop();
    const expiry = (recordId: string, through: string) => ({
      ...{ recordId, eventSeq: "1", type: "events_expired", at: "2026-11-25T11:00:00.000Z" },
      details: { through },
    });
    const tooYoung = expiry("intake-expired-1", "2026-11-25T10:00:30.000Z");
    one.log.push(tooYoung);
    expect(await one.verify()).toMatchObject({ ok: false, kmsDecrypts: 1 });
    one.log.pop();
    one.world.time = Date.parse("2026-12-26T10:00:00.000Z");
    // Under another name, of a time to come, of no time.
    for (const other of [
      expiry("intake-refused-1", "2026-11-25T10:00:30.000Z"),
      expiry("intake-expired-1", "2999-01-01T00:00:00.000Z"),
      expiry("intake-expired-1", "zzz"),
    ]) {
      one.log.push(other);
      expect(await one.verify()).toMatchObject({ ok: false, kmsDecrypts: 1 });
      one.log.pop();
    }
    one.log.push(tooYoung);
    const { restsOn, ...verdict } = await one.verify();
    expect(verdict).toMatchObject({ ok: true, window: { from: "2026-11-25T10:06:40Z" } });
    expect(restsOn.join()).toContain("nothing before 2026-11-25T10:00:30.000Z");
  });

  test("looks at no Decrypt whose claim may have expired, though it came after it and its file later still", async () => {
    const one = new Case();
    const about = { recordId: "intake-expired-1", eventSeq: "1", type: "events_expired" };
    const later = { type: "audit_read", at: "2026-11-25T10:00:00.600Z" };
    one.log.push({ ...about, recordId: "intake-2", ...later });
    const expired = (through: string) => ({ ...about, at: "2026-11-25T11:00:00.000Z", details: { through } });
    one.log.push(expired("2026-11-25T10:00:00.500Z"));
    one.world.time = Date.parse("2026-11-25T10:08:00.000Z");
    one.file([record({ at: "2026-11-25T10:00:01Z" })]);
    one.world.time = Date.parse("2026-12-26T11:40:00.000Z");
    expect(await one.verify()).toMatchObject({ ok: true, kmsDecrypts: 0 });
    one.world.time = Date.parse("2026-11-25T11:40:00.000Z");
    one.file([record({ at: "2026-11-25T10:06:11Z", use: `${useId}.2` })]);
    one.world.time = Date.parse("2026-12-26T11:40:00.000Z");
    expect(await one.verify()).toMatchObject({ ok: false, unaccounted: [{ reason: "no_such_claim" }] });
  });

  test("whoever had their events erased explains no stranger's decryption", async () => {
    const { one } = usual();
    one.file([record({ by: sessionOf(roleArn("Stranger")) })]);
    one.log.push({
      ...{ recordId: "intake-erased-1~claims-1", eventSeq: "1", type: "events_erased" },
      at: "2026-11-25T11:00:00.000Z",
      details: { claims0: claimDigest(`use/${useId}`) },
    });
    expect(await one.verify()).toMatchObject({ ok: false });
  });
});

describe("the trail's files", () => {
  const kindsOf = async (one: Case) => (await one.verify()).problems.map(({ kind, where }) => [kind, where]);

  test("one that is deleted is named, by the ledger and by the digests", async () => {
    const { one, file } = usual();
    one.world.files.delete(file);
    expect(await kindsOf(one)).toEqual([["trail_file_missing", file]]);
    expect(await one.verify()).toMatchObject({ ok: false });

    const second = usual();
    second.one.digest("2026-11-25T10:20:00Z", [second.file], true);
    second.one.known.length = 0;
    second.one.world.files.delete(second.file);
    expect(await kindsOf(second.one)).toEqual([["trail_file_missing", second.file]]);
  });

  test("one that is changed is named, by the ledger and by the digests", async () => {
    for (const by of ["ledger", "digest"]) {
      const { one, file } = usual();
      if (by === "digest") one.digest("2026-11-25T10:20:00Z", [file], true);
      if (by === "digest") one.known.length = 0;
      one.world.files.set(file, { content: gzipSync('{"Records":[]}'), modifiedAt: 0 });
      expect(await kindsOf(one)).toEqual([["trail_file_changed", file]]);
    }
  });

  test("one that is cut, or was never CloudTrail's, is named", async () => {
    const { one, file } = usual();
    one.digest("2026-11-25T10:20:00Z", [file], true);
    one.digest("2026-11-25T11:20:00Z", []);
    const invented = one.world.deliver([record({ use: "" })], "X".repeat(16));
    one.world.files.set(invented.replace("T1140Z", "T1030Z"), {
      content: gzipSync('{"Records":[]}'),
      modifiedAt: 0,
    });
    one.world.files.delete(invented);
    expect(await kindsOf(one)).toEqual([["trail_file_not_in_digest", invented.replace("T1140Z", "T1030Z")]]);
    const content = one.world.files.get(file)?.content ?? new Uint8Array();
    one.world.files.set(file, { content: content.subarray(0, 60), modifiedAt: 0 });
    expect((await kindsOf(one))[0]).toEqual(["trail_file_malformed", file]);
  });

  test("a digest that is deleted is named: in the middle, the first of all, and the last of all", async () => {
    const made = () => {
      const { one, file } = usual();
      one.world.time = Date.parse("2026-11-25T14:50:00.000Z");
      const ends = [
        "2026-11-25T10:20:00Z",
        "2026-11-25T11:20:00Z",
        "2026-11-25T12:20:00Z",
        "2026-11-25T13:20:00Z",
      ];
      return {
        one,
        digests: ends.map((end, index) => one.digest(end, index === 0 ? [file] : [], index === 0)),
      };
    };
    for (const index of [0, 1]) {
      const { one, digests } = made();
      one.world.files.delete(digests[index] ?? "");
      expect(await kindsOf(one)).toEqual([["digest_missing", digests[index]]]);
    }
    const { one, digests } = made();
    for (const name of digests.slice(1)) one.world.files.delete(name);
    expect(await kindsOf(one)).toEqual([["digest_missing", "after 2026-11-25T10:20:00Z"]]);
  });

  test("without digests it says that it rests on the ledger alone", async () => {
    const { one } = usual();
    expect((await one.verify()).restsOn[1]).toMatch(/^no digest/);
  });
});

describe("a copy of the trail in a folder", () => {
  let folder = "";
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("is read as the bucket is, of its account and region, with signatures beside the digests", async () => {
    const { one, file } = usual();
    const digest = one.digest("2026-11-25T10:20:00Z", [file], true);
    folder = mkdtempSync(path.join(tmpdir(), "waxseal-trail-"));
    for (const [name, { content }] of one.world.files) {
      await mkdir(path.join(folder, path.dirname(name)), { recursive: true });
      await writeFile(path.join(folder, name), content);
    }
    await writeFile(path.join(folder, `${digest}.signature`), `${one.signatures.get(digest) ?? ""}\n`);
    await writeFile(path.join(folder, "readme.txt"), "not a file of CloudTrail");
    const { roles: _roles, ...rest } = rules;
    const given = {
      source: trailFolder(folder, { account: "123456789012", region: "eu-central-1" }),
      publicKeys: async () => [one.maker.publicKey],
      events: async function* () {
        yield* one.log;
      },
      filesRead: async function* () {
        yield* one.known;
      },
      now: () => new Date(one.world.time),
    };
    const options = { rules: { ...rest, roles: worldSettings().roles }, graceSeconds: 300 };
    expect(await completenessOf(given, options)).toMatchObject({ ok: true, kmsDecrypts: 1, problems: [] });
    const elsewhere = trailFolder(folder, { account: "123456789012", region: "us-east-1" });
    expect(await completenessOf({ ...given, source: elsewhere }, options)).toMatchObject({
      ok: false,
      problems: [{ kind: "trail_file_missing" }],
    });
  });
});

describe("what is more than memory should hold", () => {
  test("goes to a private folder, comes back whole, and leaves nothing behind", async () => {
    const before = new Set(readdirSync(tmpdir()));
    const partitions = new Partitions(100);
    for (let index = 0; index < 1000; index += 1) partitions.add(`name ${index % 300}`, { index });
    const folders = readdirSync(tmpdir()).filter((name) => name.startsWith("waxseal-") && !before.has(name));
    const groups: number[][] = [];
    for await (const group of partitions.groups<{ index: number }>())
      groups.push(group.map(({ index }) => index));
    expect(groups).toHaveLength(300);
    expect(groups.flat().toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 1000 }, (_none, index) => index),
    );
    for (const group of groups) expect(new Set(group.map((index) => index % 300)).size).toBe(1);
    partitions.close();
    expect(folders.length).toBeGreaterThan(0);
    for (const name of folders) expect(existsSync(path.join(tmpdir(), name))).toBe(false);
  });

  test("ten thousand uses are accounted for, one forged among them", async () => {
    const one = new Case();
    const uses = Array.from({ length: 10_000 }, (_none, index) => `use${String(index).padStart(19, "0")}`);
    for (const use of uses) one.claim(use, "2026-11-25T10:00:00.500Z");
    for (let from = 0; from < uses.length; from += 1000)
      one.file(uses.slice(from, from + 1000).map((use) => record({ use: `${use}.1` })));
    one.file([record({ use: `${useId}.1`, requestID: "forged" })]);
    one.world.time = Date.parse("2026-11-25T11:40:00.000Z");
    const { kmsDecrypts, explained, unaccounted } = await one.verify();
    expect([kmsDecrypts, explained]).toEqual([10_001, 10_000]);
    expect(unaccounted.map(({ requestId }) => requestId)).toEqual(["forged"]);
    expect(kmsCallOf(record())?.encryptionContext["slot"]).toBe(slot);
    expect(call().operation).toBe("Decrypt");
  });
});
