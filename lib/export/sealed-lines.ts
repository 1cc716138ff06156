import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import type { RawRecord } from "../provider-keys/write-record.ts";

/** The first line of a sealed export. */
export interface ExportHeader {
  readonly schemaVersion: 1;
  readonly format: typeof FORMAT;
  readonly stage: string;
  readonly table: string;
  /** When it was begun: ISO 8601, UTC. */
  readonly at: string;
  /** For how long the table kept the traces of removals then, in days. */
  readonly tombstoneDays: number;
}

/** The last line, by which a file that was cut is known. */
export interface ExportEnd {
  readonly schemaVersion: 1;
  readonly items: number;
}

export const FORMAT = "waxseal-sealed-export";

const header = z.object({
  schemaVersion: z.literal(1),
  format: z.literal(FORMAT),
  stage: z.string(),
  table: z.string(),
  at: z.iso.datetime(),
  tombstoneDays: z.int().check(z.positive()),
});
const end = z.strictObject({ schemaVersion: z.literal(1), items: z.int() });

/** Attributes in DynamoDB's JSON, of whatever type they are: `{"S":"…"}`, and bytes as `{"B":"base64"}`. */
type AttributeJson = Readonly<Record<string, unknown>>;

export function headerLine(about: Omit<ExportHeader, "schemaVersion" | "format">): string {
  return `${JSON.stringify({ schemaVersion: 1, format: FORMAT, ...about } satisfies ExportHeader)}\n`;
}

export function endLine(items: number): string {
  return `${JSON.stringify({ schemaVersion: 1, items } satisfies ExportEnd)}\n`;
}

/** `undefined` if it is none. */
export function parseEnd(line: string): ExportEnd | undefined {
  return z.safeParse(end, parsed(line)).data;
}

/** One item, as DynamoDB's own exports to S3 have it (Developer Guide, "DynamoDB table export output format"). */
export function itemLine(item: RawRecord): string {
  return `${JSON.stringify({ Item: marshall(item) }, base64)}\n`;
}

/** `undefined` if it is none. */
export function parseHeader(line: string): ExportHeader | undefined {
  return z.safeParse(header, parsed(line)).data;
}

/** `undefined` if it is none. */
export function parseItem(line: string): RawRecord | undefined {
  const document = parsed(line) as { Item?: AttributeJson } | undefined;
  if (typeof document?.Item !== "object") return undefined;
  try {
    return unmarshall(fromBase64(document.Item) as Parameters<typeof unmarshall>[0]);
  } catch {
    return undefined;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function base64(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}

/** Of the attributes themselves; none of ours has bytes deeper down. */
function fromBase64(item: AttributeJson): AttributeJson {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => {
      const { B: bytes } = (value ?? {}) as { B?: unknown };
      return [name, typeof bytes === "string" ? { B: new Uint8Array(Buffer.from(bytes, "base64")) } : value];
    }),
  );
}
