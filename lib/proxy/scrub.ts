import type { Secret } from "../secret.ts";

/** Bytes. Less than this of a provider key, as `sk-proj-`, is no secret. */
const MIN_PIECE = 12;
const REPLACEMENT = Buffer.from("[redacted]");

/** A text without the provider key. */
export function scrubText(text: string, providerKey: Secret): string {
  return text.replaceAll(providerKey.exposeSecret(), REPLACEMENT.toString());
}

/** A header's name without the provider key; names arrive in lower case. */
export function scrubName(name: string, providerKey: Secret): string {
  return name.replaceAll(providerKey.exposeSecret().toLowerCase(), REPLACEMENT.toString());
}

/**
 * A stream without the provider key, wherever chunks are cut. Only bytes that may be the beginning of
 * the provider key are held back until the next chunk decides, so ordinary streams pass chunk by chunk.
 *
 * It finds the exact bytes: a provider that sent the key back encoded, or cut short, would defeat it.
 */
export function scrubStream(providerKey: Secret): TransformStream<Uint8Array, Uint8Array> {
  const needle = Buffer.from(providerKey.exposeSecret());
  let held = Buffer.alloc(0);
  return new TransformStream({
    transform(chunk, controller) {
      const { clean, rest } = scrubChunk(Buffer.concat([held, chunk]), needle);
      held = rest;
      if (clean.byteLength > 0) controller.enqueue(clean);
    },
    flush(controller) {
      // The stream ended within what may be the provider key: a piece of that length is no accident.
      if (held.byteLength > 0) controller.enqueue(held.byteLength < MIN_PIECE ? held : REPLACEMENT);
    },
  });
}

function scrubChunk(data: Buffer, needle: Buffer): { clean: Buffer; rest: Buffer<ArrayBuffer> } {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = data.indexOf(needle); at !== -1; at = data.indexOf(needle, from)) {
    parts.push(data.subarray(from, at), REPLACEMENT);
    from = at + needle.byteLength;
  }
  const tail = data.subarray(from);
  const heldBytes = beginningAtEnd(tail, needle);
  parts.push(tail.subarray(0, tail.byteLength - heldBytes));
  return { clean: Buffer.concat(parts), rest: Buffer.from(tail.subarray(tail.byteLength - heldBytes)) };
}

/** How many bytes at the end of `data` are a beginning of `needle`; the most there are, less than all. */
function beginningAtEnd(data: Buffer, needle: Buffer): number {
  for (let length = Math.min(data.byteLength, needle.byteLength - 1); length > 0; length -= 1) {
    if (data.subarray(data.byteLength - length).equals(needle.subarray(0, length))) return length;
  }
  return 0;
}
