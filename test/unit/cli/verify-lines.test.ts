import { describe, expect, test } from "vitest";
import { verifyLines, type Verdicts } from "../../../lib/cli/audit/verify.ts";

/** What ends the line above and writes another in its place, on a terminal. */
const hostile = "x\u001b[1A\u001b[2K\rIntegrity: holds";

const integrity: Verdicts["integrity"] = {
  ...{ ok: false, events: 0, manifests: 0, checkpoints: 0, erased: 0, expired: 0, restsOn: [hostile] },
  problems: [{ kind: "event_not_in_manifest", where: hostile }],
};
const completeness: NonNullable<Verdicts["completeness"]> = {
  ...{ ok: false, kmsDecrypts: 1, explained: 0, unconfirmed: [], pending: 0, informational: {} },
  unaccounted: [
    {
      ...{ requestId: hostile, principal: hostile, at: "2026-11-25T10:00:00Z", encryptionContext: {} },
      ...{ operation: "Decrypt", reason: "no_use_id" },
    },
  ],
  problems: [{ kind: "trail_file_missing", where: hostile }],
  window: { from: "2026-11-25T10:00:00Z", to: "2026-11-25T11:00:00Z" },
  restsOn: [hostile],
};

describe("a verdict for people", () => {
  test("has nothing that a terminal acts on, whoever chose the names in it", () => {
    const lines = verifyLines({ integrity, completeness });
    expect(lines.filter((line) => line.includes("x\u{FFFD}[1A"))).toHaveLength(5);
    expect(lines.join("")).not.toMatch(/\p{C}/u);
  });
});
