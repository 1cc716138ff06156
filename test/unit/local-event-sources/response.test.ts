/** Lambda Developer Guide, "Configuring partial batch response with DynamoDB and Lambda", "Success and failure conditions". */
import { expect, test } from "vitest";
import { firstFailed } from "../../../local/event-sources/response.ts";

const sequences = ["1", "2", "3"];
const failed = (...itemIdentifiers: unknown[]) => ({
  batchItemFailures: itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

test.each<[string, unknown, number]>([
  ["an empty list is a success", { batchItemFailures: [] }, 3],
  ["a null list is a success", { batchItemFailures: null }, 3],
  ["an empty answer is a success", {}, 3],
  ["a null answer is a success", null, 3],
  ["no answer is a success", undefined, 3],
  ["one record is the checkpoint", failed("2"), 1],
  ["the lowest of several is the checkpoint", failed("3", "2"), 1],
  ["the first of all fails the batch", failed("1"), 0],
  ["an empty identifier fails the batch", failed("3", ""), 0],
  ["a null identifier fails the batch", failed(null), 0],
  ["an identifier of no record fails the batch", failed("4"), 0],
  ["an identifier under another name fails the batch", { batchItemFailures: [{ id: "2" }] }, 0],
  ["a text in the list fails the batch", { batchItemFailures: ["2"] }, 0],
  ["a list that is none fails the batch", { batchItemFailures: "2" }, 0],
  ["an answer that is no object fails the batch", "done", 0],
])("%s", (_what, response, expected) => {
  expect(firstFailed(response, sequences)).toBe(expected);
});
