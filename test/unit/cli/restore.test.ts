import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { restore } from "../../../lib/cli/restore.ts";
import type { Cli, Session } from "../../../lib/cli/session.ts";
import type { Answer } from "../../../lib/cli/terminal.ts";
import { exportSealed } from "../../../lib/export/sealed-export.ts";
import { canaryKey } from "../../support/keys.ts";
import { RecordsTable, stage } from "../../support/records-table.ts";

test("a restore that was stopped does not say that it is done", async () => {
  const table = await RecordsTable.start();
  const folder = mkdtempSync(join(tmpdir(), "waxseal-restore-"));
  try {
    await table.put(await table.record({ ownerId: "owner", slot: "openai/default" }, "A256GCM", canaryKey()));
    const { dynamo, name } = table;
    const file = join(folder, "export.jsonl");
    await exportSealed({ dynamo, table: name, stage, tombstoneDays: 30, now: () => new Date() }, file, false);
    const session = {
      own: { dynamo },
      deployment: { table: name, stage, tombstoneDays: 30, encryptionKeys: new Map() },
    };
    const answers: { json: Answer; lines: readonly string[] }[] = [];
    for (const signal of [new AbortController().signal, AbortSignal.abort()]) {
      const terminal: Cli["terminal"] = {
        answer: (json, lines) => void answers.push({ json, lines: lines() }),
        say: () => undefined,
        progress: () => undefined,
      };
      const cli: Cli = { terminal, environment: {}, stdin: process.stdin, signal, exitCode: 0 };
      await restore(cli, session as unknown as Session, file, {});
    }
    const [whole, stopped] = answers;
    expect(whole?.json).toMatchObject({ complete: true, records: 1, there: 1 });
    expect(whole?.lines[0]).toBe("Done:");
    expect(stopped?.json).toMatchObject({ complete: false, records: 0 });
    expect(stopped?.lines[0]).toMatch(/^Stopped/);
    expect(whole?.lines.join()).not.toMatch(/Stopped|cut/);
  } finally {
    rmSync(folder, { recursive: true });
    await table.close();
  }
});
