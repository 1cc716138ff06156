/** Reading the members of a KMS request, with the errors that AWS answers to malformed ones. */
import { AwsError, isObject, type JsonObject } from "../protocol.ts";
import type { EncryptionContext } from "./blob.ts";

export function text(input: JsonObject, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
  throw malformed(name);
}

export function requiredText(input: JsonObject, name: string): string {
  const value = text(input, name);
  if (value === undefined || value === "") throw constraint(name, "Member must not be null");
  return value;
}

export function integer(input: JsonObject, name: string, least: number, most: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) throw malformed(name);
  if (value < least) throw constraint(name, `Member must have value greater than or equal to ${least}`);
  if (value > most) throw constraint(name, `Member must have value less than or equal to ${most}`);
  return value;
}

/** Base64 bytes, from one to `most`. */
export function bytes(input: JsonObject, name: string, most: number): Buffer {
  const value = Buffer.from(requiredText(input, name), "base64");
  if (value.length < 1) throw constraint(name, "Member must have length greater than or equal to 1");
  if (value.length > most) throw constraint(name, `Member must have length less than or equal to ${most}`);
  return value;
}

/** Names and values that are all text; none given is the empty context. */
export function encryptionContext(input: JsonObject, name = "EncryptionContext"): EncryptionContext {
  const value = input[name] ?? {};
  if (!isObject(value) || Object.values(value).some((part) => typeof part !== "string"))
    throw malformed(name);
  return value as EncryptionContext;
}

/** Asked with DryRun, what would succeed throws (KMS Developer Guide, "Test your permissions"). */
export function stopIfDryRun(input: JsonObject): void {
  if (input["DryRun"] !== true) return;
  throw new AwsError(
    "DryRunOperationException",
    "The request would have succeeded, but the DryRun option is set.",
  );
}

function constraint(name: string, message: string): AwsError {
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  return new AwsError(
    "ValidationException",
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${message}`,
  );
}

function malformed(name: string): AwsError {
  return new AwsError("SerializationException", `${name} does not have the documented type`);
}
