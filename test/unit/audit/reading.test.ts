import { describe, expect, test } from "vitest";
import { csvColumns, csvLines } from "../../../lib/audit/read/csv.ts";
import { expressionsOf } from "../../../lib/audit/read/filters.ts";
import { merged } from "../../../lib/audit/read/merged.ts";
import { newest } from "../../../lib/audit/read/newest.ts";

const at = (second: number) => ({ at: `2026-11-25T10:00:${String(second).padStart(2, "0")}.000Z` });

async function* pagesOf<Page>(...pages: Page[]): AsyncGenerator<Page> {
  for (const page of pages) yield await Promise.resolve(page);
}

describe("filters as expressions", () => {
  test("nothing asked is no expression", () => {
    expect(expressionsOf({})).toEqual({});
  });

  test("keys are a key condition, with one condition on the time; the rest filters", () => {
    const asked = { ownerId: "o", type: "key_used", from: at(1).at, to: at(2).at };
    expect(expressionsOf(asked, ["ownerId", "at"])).toEqual({
      KeyConditionExpression: "#ownerId = :ownerId AND #at BETWEEN :from AND :to",
      FilterExpression: "#type = :type",
      ExpressionAttributeNames: { "#ownerId": "ownerId", "#type": "type", "#at": "at" },
      ExpressionAttributeValues: { ":ownerId": "o", ":type": "key_used", ":from": at(1).at, ":to": at(2).at },
    });
    expect(expressionsOf({ from: at(1).at })).toMatchObject({ FilterExpression: "#at >= :from" });
    expect(expressionsOf({ to: at(1).at })).toMatchObject({ FilterExpression: "#at <= :to" });
  });
});

describe("the newest", () => {
  test("of an unsorted walk are the newest of all of it, in order", async () => {
    const pages = Array.from({ length: 6 }, (_, page) => [0, 1, 2].map((n) => at(((page * 3 + n) * 7) % 18)));
    const seconds = [17, 16, 15, 14];
    await expect(newest({ isSorted: false, pages: pagesOf(...pages) }, 4)).resolves.toEqual(seconds.map(at));
  });

  test("of a sorted walk are its first, and no more is read than it takes", async () => {
    let read = 0;
    const counted = async function* () {
      for (const second of [9, 8, 7, 6]) {
        read += 1;
        yield await Promise.resolve([at(second)]);
      }
    };
    await expect(newest({ isSorted: true, pages: counted() }, 2)).resolves.toEqual([at(9), at(8)]);
    expect(read).toBe(2);
  });
});

describe("parts that are read at once", () => {
  test("are yielded whole, and where one fails so does the walk, and the others are ended", async () => {
    const all: number[] = [];
    for await (const one of merged([pagesOf(1, 2, 3), pagesOf<number>(), pagesOf(4)])) all.push(one);
    expect(all.toSorted()).toEqual([1, 2, 3, 4]);
    let ended = false;
    const endless = async function* () {
      try {
        for (;;) yield await Promise.resolve(0);
      } finally {
        ended = true;
      }
    };
    // eslint-disable-next-line require-yield -- it stands for a page that could not be read
    const failing = async function* (): AsyncGenerator<number> {
      await Promise.resolve();
      throw new Error("no page");
    };
    const walk = async () => {
      for await (const one of merged([endless(), failing()])) all.push(one);
    };
    await expect(walk()).rejects.toThrow("no page");
    expect(ended).toBe(true);
  });
});

describe("CSV", () => {
  test("has a cell for each member, quoted as RFC 4180 has it, what is nested as JSON", () => {
    const line = csvLines([{ recordId: "r", details: { number: "1", text: 'a,"b"' } }]);
    expect(line.startsWith("r,")).toBe(true);
    expect(line).toContain('"{""number"":""1"",""text"":""a,\\""b\\""""}"');
    expect(line.endsWith("\n")).toBe(true);
  });

  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])("takes %j for no formula", (value) => {
    const column = csvColumns.indexOf("actor");
    const cells = csvLines([{ actor: value }])
      .trimEnd()
      .split(",");
    expect(cells[column]?.replace(/^"/, "").startsWith("'")).toBe(true);
  });
});
