import { describe, expect, test } from "vitest";
import { checkSettings } from "../../infra/check-settings.ts";
import type { ActingRole } from "../../lib/settings.ts";
import { environmentOf } from "../../lib/settings-environment.ts";
import { besideAudit, synthesised, testSettings } from "./synthesised.ts";

const role = "arn:aws:iam::123456789012:role/chat/Assistant";

describe("the settings of a function", () => {
  const withRoles = (count: number) => {
    const acting: ActingRole = { role, users: ["0f8fad5b-d9cb-469f-a165-70867728950e"], may: ["use"] };
    return { ...testSettings, actingRoles: Array.from({ length: count }, () => acting) };
  };

  test("fit into Lambda's 4 KB of environment, or the synthesis says by how much they do not", () => {
    expect(() => checkSettings(withRoles(8))).not.toThrow();
    expect(() => checkSettings(withRoles(40))).toThrow(
      /^the settings are \d+ bytes too many for a function's environment.*the longest is WAXSEAL_ACTING_ROLES$/,
    );
  });

  test("leave room for what the stack adds", () => {
    const settings = withRoles(8);
    const functions = besideAudit(synthesised(settings), "AWS::Lambda::Function");
    for (const [, { Properties }] of functions) {
      const { Variables } = Properties["Environment"] as { Variables: Record<string, string> };
      const added = Object.entries(Variables).filter(
        ([name]) => !Object.hasOwn(environmentOf(settings), name),
      );
      // Six for quotes, colon and comma. The names of tables begin with the stack's: about 65 characters; the
      // ARN of a KMS key has up to 90.
      const bytes = added.reduce((sum, [name]) => sum + name.length + 6, 0) + 90 * added.length;
      expect(bytes).toBeLessThanOrEqual(600);
    }
  });
});
