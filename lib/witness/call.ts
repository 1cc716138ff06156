import { isObject, listOf, objectOf, textOf, textsOf, type JsonObject } from "./json.ts";
import { principalOf, type Principal } from "./principal.ts";
import { wholeSeconds } from "./trail-names.ts";

/** What a caller of ours says in its user agent of the claim that a decryption is for. */
export interface Use {
  readonly useId: string;
  /** From 1. */
  readonly attempt: number;
}

/** A cryptographic call of KMS, as CloudTrail shows it; plaintexts and ciphertexts it never shows. */
export interface KmsCall {
  /** The same of every copy that is delivered of it: see `callIdOf`. */
  readonly callId: string;
  /** `$metadata.requestId` of whoever called. */
  readonly requestId: string;
  readonly operation: KmsOperation;
  /** ISO 8601, UTC, whole seconds: when it was completed. */
  readonly at: string;
  readonly principal: Principal;
  /** ARNs (or ids, or aliases, where no ARN is said) of the KMS keys: of a `ReEncrypt` source and destination. */
  readonly kmsKeys: readonly string[];
  readonly encryptionContext: Readonly<Record<string, string>>;
  /** Of a `ReEncrypt`: the context of what came of it. */
  readonly destinationContext?: Readonly<Record<string, string>>;
  /** Nothing was decrypted, made or re-encrypted. */
  readonly errorCode?: string;
  readonly use?: Use;
}

/** Those that have to do with data keys (KMS API reference, "Actions"). */
export const kmsOperations = [
  "Decrypt",
  "ReEncrypt",
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "GenerateDataKeyPair",
  "GenerateDataKeyPairWithoutPlaintext",
  "Encrypt",
] as const;
export type KmsOperation = (typeof kmsOperations)[number];

/**
 * The cryptographic call that a record of CloudTrail is about, whatever else AWS adds to it.
 *
 * @returns undefined for every other record, and for one that lacks what a call is known by.
 */
export function kmsCallOf(record: unknown): KmsCall | undefined {
  if (!isObject(record) || record["eventSource"] !== "kms.amazonaws.com") return undefined;
  const operation = kmsOperations.find((name) => name === record["eventName"]);
  const [callId, requestId, at] = [callIdOf(record), textOf(record["requestID"]), timeOf(record)];
  if (operation === undefined || callId === undefined || requestId === undefined || at === undefined)
    return undefined;
  const parameters = objectOf(record["requestParameters"]);
  const errorCode = textOf(record["errorCode"]);
  const use = useOf(record["userAgent"]);
  const isReEncrypt = operation === "ReEncrypt";
  return {
    ...{ callId, requestId, operation, at },
    principal: principalOf(record["userIdentity"]),
    kmsKeys: kmsKeysOf(record, parameters, isReEncrypt),
    encryptionContext: textsOf(parameters[isReEncrypt ? "sourceEncryptionContext" : "encryptionContext"]),
    ...(isReEncrypt && { destinationContext: textsOf(parameters["destinationEncryptionContext"]) }),
    ...(errorCode !== undefined && { errorCode }),
    ...(use && { use }),
  };
}

/**
 * Of a call between two accounts each gets an event of its own, with one `sharedEventID`; an event whose data were
 * updated comes again, with the first one's `originalEventID` (CloudTrail User Guide, "CloudTrail record contents").
 */
export function callIdOf(record: JsonObject): string | undefined {
  return (
    textOf(record["sharedEventID"]) ??
    textOf(objectOf(record["addendum"])["originalEventID"]) ??
    textOf(record["eventID"])
  );
}

export function timeOf(record: JsonObject): string | undefined {
  const time = Date.parse(textOf(record["eventTime"]) ?? "");
  return Number.isNaN(time) ? undefined : wholeSeconds(time);
}

/** "The `resources` field … specifies two AWS KMS keys, the source KMS key and the destination KMS key, in that order." */
function kmsKeysOf(record: JsonObject, parameters: JsonObject, isReEncrypt: boolean): readonly string[] {
  const resources = resourceArnsOf(record);
  const [asked, destination] = [
    parameters["keyId"] ?? parameters["sourceKeyId"],
    parameters["destinationKeyId"],
  ];
  if (!isReEncrypt) return [resources[0] ?? textOf(asked)].filter((one) => one !== undefined);
  // From a KMS key to itself one may be said only.
  return [resources[0] ?? textOf(asked) ?? "", resources[1] ?? textOf(destination) ?? ""];
}

export function resourceArnsOf(record: JsonObject): readonly string[] {
  return listOf(record["resources"])
    .map((resource) => textOf(objectOf(resource)["ARN"]))
    .filter((arn) => arn !== undefined);
}

/** As `kmsDataKeyUnwrapper` writes it. Said twice, it says nothing: one call is for one claim. */
function useOf(userAgent: unknown): Use | undefined {
  const said = [
    ...(textOf(userAgent) ?? "").matchAll(/(?:^|[\s[])waxseal-use\/([\w-]{22})\.(\d{1,3})(?=$|[\s\]])/g),
  ];
  const [, useId, attempt] = said.length === 1 ? (said[0] ?? []) : [];
  return useId === undefined ? undefined : { useId, attempt: Number(attempt) };
}

/** By which an event of ours is found that explains the call; as the events have it. */
export function witnessIdOf({ use, requestId, operation }: KmsCall): string {
  return use && operation === "Decrypt" ? `use/${use.useId}` : `kms/${requestId}`;
}
