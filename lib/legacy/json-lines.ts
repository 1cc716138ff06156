import { usableId, type LegacyRow } from "./row.ts";

/** In bytes. A row of a user's table is some hundred; a line without an end must not fill the memory. */
const MAX_LINE_BYTES = 1_048_576;
const LINE_FEED = 0x0a;

/**
 * Rows from JSON Lines, one object a line: `{"id":"…","encryptedOpenAIKey":"…", …}`. Other members are not looked at,
 * blank lines are none. What cannot be read is a row without an id: `JSON.parse` quotes its input, so its errors end here.
 */
export async function* jsonLinesRows(
  chunks: AsyncIterable<Uint8Array | string>,
  idColumn: string,
  columns: readonly string[],
): AsyncGenerator<LegacyRow, void, void> {
  let line = 0;
  for await (const bytes of splitLines(chunks)) {
    line += 1;
    const text = bytes && decode(bytes);
    if (text?.trim() === "") continue;
    const row = text === undefined ? undefined : parseObject(text);
    const own = (name: string) => (row && Object.hasOwn(row, name) ? row[name] : undefined);
    yield { line, id: usableId(own(idColumn)), values: columns.map(own) };
  }
}

/** The bytes of each line; `undefined` for one that is too long. */
async function* splitLines(
  chunks: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Buffer | undefined, void, void> {
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer) => {
    length += part.byteLength;
    if (length <= MAX_LINE_BYTES) parts.push(part);
    else parts = [];
  };
  const taken = () => {
    const bytes = length <= MAX_LINE_BYTES ? Buffer.concat(parts) : undefined;
    [parts, length] = [[], 0];
    return bytes;
  };
  for await (const chunk of chunks) {
    const buffer = Buffer.from(chunk as Uint8Array);
    let start = 0;
    for (let end = buffer.indexOf(LINE_FEED); end >= 0; end = buffer.indexOf(LINE_FEED, start)) {
      add(buffer.subarray(start, end));
      yield taken();
      start = end + 1;
    }
    add(buffer.subarray(start));
  }
  if (length > 0) yield taken();
}

function decode(bytes: Buffer): string | undefined {
  try {
    // Without the byte order mark that some programs begin a file with.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
