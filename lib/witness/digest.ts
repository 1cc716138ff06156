/**
 * CloudTrail's digest files: which log files it delivered, signed, each chained to the one before (CloudTrail User
 * Guide, "CloudTrail digest file structure", "Custom implementations of CloudTrail log file integrity validation").
 */
import { createHash, createPublicKey, verify, type KeyObject } from "node:crypto";
import { isObject, listOf, objectOf, parsedJson, textOf } from "./json.ts";

export interface Digest {
  readonly bucket: string;
  readonly object: string;
  /** ISO 8601, as the file has it. Log files delivered in between are in it. */
  readonly startTime: string;
  readonly endTime: string;
  readonly fingerprint: string;
  /** Absent of a starting digest: when validation began, and again after logging or validation was stopped. */
  readonly previous?: { readonly object: string; readonly hash: string; readonly signature: string };
  readonly logFiles: readonly { readonly object: string; readonly hash: string }[];
}

/** A public key of CloudTrail's in the region; `Value` of `ListPublicKeys`, DER. */
export interface TrailPublicKey {
  readonly fingerprint: string;
  readonly value: Uint8Array;
}

/** @returns undefined for what is no digest. */
export function digestOf(content: Uint8Array): Digest | undefined {
  const json = parsedJson(new TextDecoder().decode(content));
  if (!isObject(json)) return undefined;
  const [bucket, object] = [textOf(json["digestS3Bucket"]), textOf(json["digestS3Object"])];
  const [startTime, endTime] = [textOf(json["digestStartTime"]), textOf(json["digestEndTime"])];
  if (bucket === undefined || object === undefined || startTime === undefined || endTime === undefined)
    return undefined;
  const previous = previousOf(json);
  return {
    ...{ bucket, object, startTime, endTime },
    fingerprint: textOf(json["digestPublicKeyFingerprint"]) ?? "",
    ...(previous && { previous }),
    logFiles: listOf(json["logFiles"])
      .map(objectOf)
      .map((file) => ({ object: textOf(file["s3Object"]) ?? "", hash: textOf(file["hashValue"]) ?? "" })),
  };
}

function previousOf(json: Readonly<Record<string, unknown>>): Digest["previous"] {
  const [object, hash] = [textOf(json["previousDigestS3Object"]), textOf(json["previousDigestHashValue"])];
  const signature = textOf(json["previousDigestSignature"]);
  if (object === undefined || hash === undefined || signature === undefined) return undefined;
  return { object, hash, signature };
}

/** Of the uncompressed content, hexadecimal. */
export function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * Whether CloudTrail signed it. The signature (hexadecimal) is in the object's metadata, and in the next digest.
 */
export function isSigned(
  digest: Digest,
  content: Uint8Array,
  signature: string,
  publicKeys: readonly TrailPublicKey[],
): boolean {
  const publicKey = publicKeys.find(({ fingerprint }) => fingerprint === digest.fingerprint);
  if (!publicKey || !/^([0-9a-f]{2})+$/i.test(signature)) return false;
  const parsed = parsedKey(publicKey.value);
  return (
    parsed !== undefined &&
    verify("sha256", dataToSign(digest, content), parsed, Buffer.from(signature, "hex"))
  );
}

/** "D. Recreate the data signing string". Of a starting digest the last line is `null`, as AWS's own CLI has it. */
export function dataToSign({ endTime, bucket, object, previous }: Digest, content: Uint8Array): Uint8Array {
  const lines = [endTime, `${bucket}/${object}`, sha256(content), previous?.signature ?? "null"];
  return Buffer.from(lines.join("\n"), "utf8");
}

/** "DER encoded public key value in PKCS #1 format"; one of the guide's own samples is in SPKI. */
function parsedKey(value: Uint8Array): KeyObject | undefined {
  for (const type of ["pkcs1", "spki"] as const) {
    try {
      return createPublicKey({ key: Buffer.from(value), format: "der", type });
    } catch {
      // the other format, or none
    }
  }
  return undefined;
}
