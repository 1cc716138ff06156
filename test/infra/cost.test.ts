import { expect, test } from "vitest";
import { stackCounts } from "../../lib/cost/counts.ts";
import { ofType, synthesised, testSettings } from "./synthesised.ts";

test("what an idle stage is reckoned to have is what its template has", () => {
  for (const [kind, stage] of [
    ["development", "dev"],
    ["production", "prod"],
  ] as const) {
    const template = synthesised({ ...testSettings, stage });
    const found = {
      kmsKeys: ofType(template, "AWS::KMS::Key").length,
      alarms: ofType(template, "AWS::CloudWatch::Alarm").length,
    };
    expect(found).toEqual(stackCounts[kind]);
  }
});
