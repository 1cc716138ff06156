import { Secret } from "../secret.ts";
import { describeError } from "./describe-error.ts";
import { defaultPatterns } from "./patterns.ts";
import { MAX_READ_LENGTH, REDACTED, redactText } from "./redact-text.ts";
import { isSecretName } from "./secret-names.ts";
import { SplitSecrets } from "./split-secrets.ts";

/** Bounds of one log line, so that no value can make logging slow or a line unreadable. */
const MAX_DEPTH = 8;
const MAX_VALUES = 1_000;
const MAX_CHARACTERS = 131_072;

/** A JSON value, made by us from scratch: no getters, prototypes or `toJSON` of others. */
export type Printable = string | number | boolean | null | Printable[] | { [name: string]: Printable };

interface Walk {
  readonly patterns: readonly RegExp[];
  /** The containers around the value: one that is met again inside itself is a cycle. */
  readonly around: Set<object>;
  readonly split: SplitSecrets;
  values: number;
  characters: number;
}

/**
 * A copy of `value` that may be printed: secrets redacted by field name, by type and by pattern, in
 * values, in names, and where one is spread over neighbouring strings. Bytes become their length, errors
 * what {@link describeError} says. Getters are not called. Never throws.
 *
 * @example redact({ slot: "openai/default", apiKey: "x" }); // { slot: "openai/default", apiKey: "[redacted]" }
 */
export function redact(value: unknown, patterns: readonly RegExp[] = defaultPatterns): Printable {
  const split = new SplitSecrets(patterns);
  const walk: Walk = { patterns, around: new Set(), split, values: 0, characters: 0 };
  const box: { [name: string]: Printable } = { value: copy(value, walk) };
  split.redact();
  return box["value"] ?? null;
}

function copy(value: unknown, walk: Walk): Printable {
  switch (typeof value) {
    case "string":
      return copyText(value, walk);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return copyText(value.toString(), walk);
    case "object":
      return value === null ? null : copyObject(value, walk);
    default:
      return value === undefined ? null : `[${typeof value}]`;
  }
}

function copyText(text: string, walk: Walk): string {
  if (text.length <= MAX_READ_LENGTH) walk.characters += text.length;
  return walk.characters > MAX_CHARACTERS ? "[cut]" : redactText(text, walk.patterns);
}

function copyObject(value: object, walk: Walk): Printable {
  if (walk.around.has(value)) return "[circular]";
  if (walk.around.size >= MAX_DEPTH) return "[too deep]";
  walk.around.add(value);
  try {
    return copyByKind(value, walk);
  } catch {
    return "[unreadable]"; // a proxy whose traps throw
  } finally {
    walk.around.delete(value);
  }
}

function copyByKind(value: object, walk: Walk): Printable {
  if (value instanceof Secret) return REDACTED;
  if (value instanceof Error) return copyEntries(Object.entries(describeError(value)), walk);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${String(value.byteLength)} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (value instanceof String) return copyText(String.prototype.valueOf.call(value), walk);
  if (Array.isArray(value) || value instanceof Set) return copyItems(value, walk);
  if (value instanceof Map) return copyEntries(namedEntries(value), walk);
  return copyEntries(ownEntries(value), walk);
}

function copyItems(items: Iterable<unknown>, walk: Walk): Printable {
  const copies: Printable[] = [];
  let before: unknown;
  for (const item of items) {
    if (isFull(walk)) break;
    // Headers also come as flat lists and as pairs: `["authorization", "…"]`.
    const isSecret = typeof before === "string" && isSecretName(before);
    const itemCopy = isSecret ? REDACTED : copy(item, walk);
    copies.push(itemCopy);
    notePiece(item, copies, copies.length - 1, walk);
    before = item;
  }
  return copies;
}

function copyEntries(entries: readonly (readonly [string, unknown])[], walk: Walk): Printable {
  // Without a prototype, so that a field called `__proto__` is a field.
  const fields = Object.create(null) as { [name: string]: Printable };
  // `{ name: "authorization", value: "…" }`, as header lists have it.
  const namesSecret = entries.some(([, value]) => typeof value === "string" && isSecretName(value));
  for (const [name, value] of entries) {
    if (isFull(walk)) break;
    const printed = freeName(fields, copyText(name, walk).slice(0, 256));
    const isSecret = isSecretName(name) || (namesSecret && name.toLowerCase() === "value");
    const hidden = isSecret && typeof value !== "boolean" && value !== undefined && value !== null;
    const fieldCopy = hidden ? REDACTED : copy(value, walk);
    fields[printed] = fieldCopy;
    notePiece(value, fields, printed, walk);
  }
  return fields;
}

/** Notes a text as it was: its redacted copy would hide where the first half of a secret ended. */
function notePiece(value: unknown, holder: object, at: string | number, walk: Walk): void {
  const text = value instanceof String ? String.prototype.valueOf.call(value) : value;
  if (typeof text === "string" && text.length <= MAX_READ_LENGTH) walk.split.add(holder, at, text);
}

function isFull(walk: Walk): boolean {
  return ++walk.values > MAX_VALUES || walk.characters > MAX_CHARACTERS;
}

/** Two names that were redacted to the same text stay two fields. */
function freeName(fields: object, name: string): string {
  let free = name;
  for (let count = 2; Object.hasOwn(fields, free); count++) free = `${name} ${String(count)}`;
  return free;
}

function namedEntries(map: ReadonlyMap<unknown, unknown>): [string, unknown][] {
  return [...map].map(([name, value]) => [typeof name === "string" ? name : `[${typeof name}]`, value]);
}

/** Own fields in order; a getter is named, not called. */
function ownEntries(value: object): [string, unknown][] {
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(value));
  return descriptors
    .filter(([, descriptor]) => descriptor.enumerable)
    .map(([name, descriptor]) => [name, descriptor.get ? "[getter]" : descriptor.value]);
}
