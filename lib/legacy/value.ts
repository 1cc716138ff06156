export const shapes = ["iv:ct", "iv:tag:ct", "iv:ct:tag"] as const;
export const encodings = ["hex", "base64"] as const;

/** How an application wrote its values down: `iv:ct` is AES-256-CBC, those with a tag are AES-256-GCM. */
export interface ValueForm {
  readonly shape: (typeof shapes)[number];
  readonly encoding: (typeof encodings)[number];
}

export interface LegacyBytes {
  readonly iv: Buffer;
  readonly ciphertext: Buffer;
  /** Of GCM; always whole. */
  readonly tag: Buffer | undefined;
}

/** Of characters: no provider key is this long, encrypted and encoded. */
const MAX_LENGTH = 16_384;
const BLOCK_BYTES = 16;
const TAG_BYTES = 16;

/** A value's parts, or `undefined` if it does not have this form: then no cipher key opens it. */
export function parseValue(value: unknown, { shape, encoding }: ValueForm): LegacyBytes | undefined {
  if (typeof value !== "string" || value.length > MAX_LENGTH) return undefined;
  const names = shape.split(":");
  const texts = value.split(":");
  const bytes = texts.map((text) => decode(text, encoding));
  if (texts.length !== names.length) return undefined;
  const part = (name: string) => bytes[names.indexOf(name)];
  const [iv, ciphertext, tag] = [part("iv"), part("ct"), part("tag")];
  if (!iv || !ciphertext) return undefined;
  const isWellFormed = names.includes("tag")
    ? tag?.byteLength === TAG_BYTES && [12, 16].includes(iv.byteLength)
    : iv.byteLength === BLOCK_BYTES && ciphertext.byteLength % BLOCK_BYTES === 0;
  return isWellFormed ? { iv, ciphertext, tag } : undefined;
}

/** `Buffer.from` stops at what it does not know; here that is no value. */
function decode(text: string, encoding: ValueForm["encoding"]): Buffer | undefined {
  const isEncoded = encoding === "hex" ? /^(?:[0-9a-f]{2})+$/i.test(text) : /^[\w+/-]{2,}={0,2}$/.test(text);
  return isEncoded ? Buffer.from(text, encoding) : undefined;
}
