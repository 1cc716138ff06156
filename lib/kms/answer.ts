import type { KMSClient } from "@aws-sdk/client-kms";
import { WaxsealError } from "../errors.ts";

/** The one method used; a client must be made with `maxAttempts: 1`, or attempts would hide in it. */
export type KmsSender = Pick<KMSClient, "send">;

/** AWS documents these fields as always there in a success; without one, the answer is no success. */
export function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new WaxsealError("KMS_UNAVAILABLE");
  return value;
}
