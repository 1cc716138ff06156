import { gzipSync } from "node:zlib";
import { mkdtempSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { completenessOfFolder } from "../../../lib/cli/audit/completeness.ts";
import type { Cli } from "../../../lib/cli/session.ts";
import { sha256 } from "../../../lib/witness/digest.ts";
import { claim, kmsKey, record, roleArn, rules, sessionOf, useId } from "../witness/calls.ts";
import { worldSettings } from "../witness/settings.ts";

const stranger = roleArn("Stranger");
const takenAt = "2026-11-25T12:00:00.000Z";
const { roles } = worldSettings();
const honest = {
  ...{ schemaVersion: 1, takenAt, graceSeconds: 300, publicKeys: [], filesRead: [] },
  rules: { ...rules, roles },
};

/** A folder with a claim's Decrypt in its trail, and whatever else; and what is said of the deployment. */
async function folderWith(witness: object, ...more: object[]): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "waxseal-evidence-"));
  const [, , , region = "", account = ""] = kmsKey.split(":");
  const day = path.join(folder, "trail", "AWSLogs", account, "CloudTrail", region, "2026", "11", "25");
  await mkdir(day, { recursive: true });
  const name = `${account}_CloudTrail_${region}_20261125T1005Z_AAAAAAAAAAAAAAAA.json.gz`;
  await writeFile(path.join(day, name), gzipSync(JSON.stringify({ Records: [record(), ...more] })));
  await writeFile(path.join(folder, "witness.json"), JSON.stringify(witness));
  return folder;
}

async function judged(folder: string, witnessSha256?: string, at = "2026-11-25T11:59:00.000Z") {
  const cli = { terminal: { progress: () => undefined } } as unknown as Cli;
  const event = { recordId: "r".repeat(22), eventSeq: "000000000001", ...claim };
  const events = async function* () {
    yield { ...event, witnessId: `use/${useId}`, useId };
  };
  return completenessOfFolder(cli, folder, { events, takenAt: at }, { witnessSha256 });
}

const kept = sha256(Buffer.from(JSON.stringify(honest)));
const kinds = ({ problems }: { problems: readonly { kind: string }[] }) => problems.map(({ kind }) => kind);

describe("completeness of a folder", () => {
  test("says first that it rests on the folder's word, and names its KMS keys, roles, grace time and time", async () => {
    const { ok, restsOn } = await judged(await folderWith(honest));
    expect(ok).toBe(true);
    expect(restsOn[0]).toContain(`the folder's own word, which nobody signed: witness.json, SHA-256 ${kept}`);
    const said = restsOn.join("\n");
    for (const one of [...rules.kmsKeys, ...Object.values(roles).flat(), takenAt, "300 s"])
      expect(said).toContain(one);
  });

  test("says that it is the one whose SHA-256 was kept, where it is", async () => {
    const { ok, restsOn } = await judged(await folderWith(honest), kept);
    expect([ok, restsOn[0]]).toEqual([true, expect.stringContaining("the one whose SHA-256 was given")]);
  });

  test("does not hold where another role was named since, by what was kept; else that role is named", async () => {
    const forged = {
      ...honest,
      rules: { ...rules, roles: { ...roles, opening: [...roles.opening, stranger] } },
    };
    const call = record({ by: sessionOf(stranger), use: `${useId}.2` });
    expect(await judged(await folderWith(honest, call))).toMatchObject({ ok: false });
    const folder = await folderWith(forged, call);
    const known = await judged(folder, kept);
    expect([known.ok, kinds(known)]).toEqual([false, ["witness_changed"]]);
    const { ok, restsOn } = await judged(folder);
    expect([ok, restsOn.join()]).toEqual([true, expect.stringContaining(stranger)]);
  });

  test("does not hold where the trail says it was taken before the evidence was", async () => {
    const early = await folderWith({ ...honest, takenAt: "2026-11-25T10:00:00.000Z" });
    const found = await judged(early);
    expect([found.ok, kinds(found)]).toEqual([false, ["witness_backdated"]]);
  });
});
