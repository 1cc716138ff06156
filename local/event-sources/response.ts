/** What a function's answer says of its batch (Lambda Developer Guide, "Configuring partial batch response with DynamoDB and Lambda"). */
import { isObject } from "../aws/protocol.ts";

/**
 * The index of the first record that is to be delivered again; as many as there are where all went well.
 * "Lambda uses the record with the lowest sequence number as the checkpoint."
 *
 * @param sequences - of the batch, rising.
 * @param response - what the function returned: empty and null are successes, a malformed one fails the whole batch.
 */
export function firstFailed(response: unknown, sequences: readonly string[]): number {
  if (response === undefined || response === null || response === "") return sequences.length;
  if (!isObject(response)) return 0;
  const failures = response["batchItemFailures"] ?? [];
  if (!Array.isArray(failures)) return 0;
  const indexes = failures.map((failure) =>
    isObject(failure) ? sequences.indexOf(String(failure["itemIdentifier"])) : -1,
  );
  // An empty or null identifier, one that is missing or of no record.
  if (indexes.includes(-1)) return 0;
  return Math.min(sequences.length, ...indexes);
}
