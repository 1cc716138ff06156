/** Each way to spoil the evidence, with whatever rights it takes: found, and named. */
import { describe, expect, test } from "vitest";
import { threePeople } from "../support/evidence-history.ts";

describe("evidence that nobody touched", () => {
  test("holds", async () => {
    const history = await threePeople();
    expect(await history.verify()).toMatchObject({
      ok: true,
      problems: [],
      checkpoints: 2,
      erased: 0,
      expired: 0,
    });
  });
});
