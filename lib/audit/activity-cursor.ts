import { createHmac, timingSafeEqual } from "node:crypto";
import * as z from "zod/mini";
import { WaxsealError } from "../errors.ts";

/** Where in an owner's events a page ended. */
export interface Place {
  readonly at: string;
  readonly recordId: string;
  readonly eventSeq: string;
}

const text = z.string().check(z.minLength(1), z.maxLength(300));
const placeSchema = z.tuple([z.iso.datetime({ precision: 3 }), text, text]);

/** Bytes of the tag; it keeps mistakes apart, and no secret: the owner that is asked for is always the token's. */
const TAG = 12;

/** Base64url of a tag by which it is this owner's, and of the place. */
export function writeCursor({ at, recordId, eventSeq }: Place, ownerId: string): string {
  const place = Buffer.from(JSON.stringify([at, recordId, eventSeq]));
  return Buffer.concat([tagOf(place, ownerId), place]).toString("base64url");
}

/** @throws {WaxsealError} `INVALID_REQUEST` where it is none that this owner was given. */
export function readCursor(cursor: string, ownerId: string): Place {
  const bytes = Buffer.from(cursor, "base64url");
  const place = bytes.subarray(TAG);
  const isWhole = bytes.toString("base64url") === cursor && place.length > 0;
  if (!isWhole || !timingSafeEqual(bytes.subarray(0, TAG), tagOf(place, ownerId))) refuse();
  const { data } = z.safeParse(placeSchema, parsed(place));
  if (!data) refuse();
  const [at, recordId, eventSeq] = data;
  return { at, recordId, eventSeq };
}

function tagOf(place: Uint8Array, ownerId: string): Buffer {
  return createHmac("sha256", `waxseal/activity/${ownerId}`).update(place).digest().subarray(0, TAG);
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

function refuse(): never {
  throw new WaxsealError("INVALID_REQUEST");
}
