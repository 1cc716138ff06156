import * as z from "zod/mini";
import { WaxsealError } from "../../lib/errors.ts";
import { singleHeader, type ApiEvent } from "./event.ts";

/** Far above any provider key with its label. */
const MAX_BODY_BYTES = 16_384;

/**
 * The body, parsed. Our own, since the ready-made parsers put the body, or part of it, into their errors,
 * and validators name properties they do not know: here every error is constant.
 *
 * @throws {WaxsealError} `UNSUPPORTED_MEDIA_TYPE`, `PAYLOAD_TOO_LARGE`, `MALFORMED_JSON`, `INVALID_REQUEST`.
 */
export function parseBody<Schema extends z.core.$ZodType>(event: ApiEvent, schema: Schema): z.output<Schema> {
  const mediaType = singleHeader(event, "content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  const bytes = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  if (bytes.byteLength > MAX_BODY_BYTES) throw new WaxsealError("PAYLOAD_TOO_LARGE");
  if (mediaType !== "application/json") throw new WaxsealError("UNSUPPORTED_MEDIA_TYPE");
  const parsed = z.safeParse(schema, parseJson(bytes));
  if (!parsed.success) throw new WaxsealError("INVALID_REQUEST");
  return parsed.data;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new WaxsealError("MALFORMED_JSON");
  }
}
