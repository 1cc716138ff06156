import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterAll, describe, expect, test } from "vitest";
import { parseColumns } from "../../../lib/legacy/columns.ts";
import { jsonLinesRows } from "../../../lib/legacy/json-lines.ts";
import { legacyRows } from "../../../lib/legacy/source.ts";
import { connectionString } from "../../support/legacy-values.ts";

const folder = mkdtempSync(join(tmpdir(), "waxseal-import-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function collected<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

async function rowsOf(...chunks: (string | Uint8Array)[]) {
  return collected(jsonLinesRows(Readable.from(chunks), "id", ["a", "b"]));
}

describe("JSON Lines", () => {
  test("are rows whatever the pieces in which they come, with and without an end of the last", async () => {
    const text = '{"id":"é1","a":"x"}\r\n\n  \n{"b":"y","more":{"id":"no"},"id":"2"}';
    const expected = [
      { line: 1, id: "é1", values: ["x", undefined] },
      { line: 4, id: "2", values: [undefined, "y"] },
    ];
    expect(await rowsOf(text)).toEqual(expected);
    expect(await rowsOf(...[...Buffer.from(`${text}\n`)].map((byte) => Buffer.of(byte)))).toEqual(expected);
  });

  test("that are no objects with a usable id are rows without one", async () => {
    const lines = ["{", "[]", "null", "7", '"x"', "{}", '{"id":7}', '{"id":""}', '{"id":"\\ud800"}'];
    const long = `{"id":"${"x".repeat(1025)}"}`;
    const notUtf8 = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d, 0x0a]);
    const rows = await rowsOf(`${[...lines, long].join("\n")}\n`, notUtf8, '{"id":"after"}');
    expect(rows.map(({ id }) => id)).toEqual([...Array<undefined>(lines.length + 2), "after"]);
  });

  test("too long for a row are passed over without being kept, and what follows is read", async () => {
    const piece = Buffer.alloc(1_000_000, "x");
    const rows = await rowsOf('{"id":"', ...Array<Buffer>(40).fill(piece), '"}\n{"id":"after"}\n');
    expect(rows.map(({ line, id }) => [line, id])).toEqual([
      [1, undefined],
      [2, "after"],
    ]);
  });

  test("inherit nothing: a column named like what every object has is empty", async () => {
    const rows = await collected(
      jsonLinesRows(Readable.from(['{"id":"1"}']), "id", ["constructor", "__proto__"]),
    );
    expect(rows[0]?.values).toEqual([undefined, undefined]);
  });
});

describe("a source", () => {
  const options = {
    environment: {},
    stdin: Readable.from([]),
    signal: new AbortController().signal,
    table: "User",
    idColumn: "id",
    columns: ["a"],
  };

  test("is a file, or standard input", async () => {
    const path = join(folder, "rows.jsonl");
    writeFileSync(path, '{"id":"of the file","a":"x"}\n');
    const stdin = Readable.from(['{"id":"of standard input"}']);
    const [ofFile] = await collected(legacyRows({ ...options, from: path }));
    const [ofStdin] = await collected(legacyRows({ ...options, stdin, from: "-" }));
    expect([ofFile?.id, ofStdin?.id]).toEqual(["of the file", "of standard input"]);
  });

  test("that is not there is said by its error code, without its name", async () => {
    const read = collected(legacyRows({ ...options, from: join(folder, "none") }));
    await expect(read).rejects.toMatchObject({
      code: "SOURCE_UNAVAILABLE",
      message: "The rows could not be read: ENOENT",
    });
  });

  test.each([connectionString("host", "mysql"), "env:DATABASE_URL", "env:EMPTY"])(
    "that is none (%#) is refused, and not quoted",
    (from) => {
      const environment = { DATABASE_URL: "host=CANARY", EMPTY: "" };
      const refused = () => legacyRows({ ...options, environment, from });
      expect(refused).toThrow(expect.objectContaining({ code: "USAGE" }));
      expect(refused).not.toThrow(/CANARY/);
    },
  );

  test("that waits for its next line ends with the signal", async () => {
    const stop = new AbortController();
    const stdin = new PassThrough();
    stdin.write('{"id":"1"}\n');
    const rows = legacyRows({ ...options, stdin, from: "-", signal: stop.signal });
    expect((await rows.next()).value?.id).toBe("1");
    const waiting = rows.next();
    stop.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(stdin.destroyed).toBe(true);
  });

  test("of PostgreSQL that cannot be reached says why, and neither host nor password", async () => {
    const from = connectionString("127.0.0.1:1");
    const read = collected(legacyRows({ ...options, from }));
    await expect(read).rejects.toMatchObject({
      code: "SOURCE_UNAVAILABLE",
      message: "PostgreSQL did not answer: ECONNREFUSED",
    });
  });
});

describe("the columns", () => {
  test("are named with their providers", () => {
    const columns = parseColumns("a=b=openai,other=groq");
    expect(columns.map(({ column, provider }) => [column, provider.id])).toEqual([
      ["a=b", "openai"],
      ["other", "groq"],
    ]);
  });

  test.each(["", "a", "=openai", "a=", "a=nobody", "a=constructor", "a=azure-openai", "a=openai,"])(
    "are refused where they name no provider with an address (%s)",
    (text) => {
      expect(() => parseColumns(text)).toThrow(/--columns takes COLUMN=PROVIDER/);
    },
  );

  test.each(["a=openai,b=openai", "a=openai,a=groq"])("are each there once (%s)", (text) => {
    expect(() => parseColumns(text)).toThrow(/once/);
  });
});
