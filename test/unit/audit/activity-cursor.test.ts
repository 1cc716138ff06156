import { expect, test } from "vitest";
import { readCursor, writeCursor } from "../../../lib/audit/activity-cursor.ts";

const owner = "a".repeat(43);
const place = { at: "2026-11-25T10:00:00.000Z", recordId: "r".repeat(22), eventSeq: "000000000003" };

test("a cursor is the place that it was made of, for its owner", () => {
  expect(readCursor(writeCursor(place, owner), owner)).toEqual(place);
});

test("for another owner, changed in any byte, cut or longer, it is refused", () => {
  const cursor = writeCursor(place, owner);
  const bytes = Buffer.from(cursor, "base64url");
  const changed = [...bytes.keys()].map((index) => {
    const other = Buffer.from(bytes);
    other[index] = (other[index] ?? 0) ^ 1;
    return other.toString("base64url");
  });
  const refuses = (text: string, who = owner) => {
    expect(() => readCursor(text, who)).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST" }) as Error,
    );
  };
  refuses(cursor, "b".repeat(43));
  for (const one of [...changed, cursor.slice(0, -1), `${cursor}A`, `${cursor}=`, "", "A", "A".repeat(16)])
    refuses(one);
});
