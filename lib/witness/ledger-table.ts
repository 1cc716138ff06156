import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { pendingIndex } from "../audit-attributes.ts";
import { witnessIdOf } from "./call.ts";
import { attemptPrefix, shardOf, shardsOf, type LedgerEntry } from "./ledger-entry.ts";
import { isLedgerEntry } from "./ledger-form.ts";
import { ledgerNotes } from "./ledger-notes.ts";
import type { TrailLedger } from "./ledger.ts";
import { TableAccess, type Item, type TableAccessProps } from "./table-access.ts";

/** What is explained is of no more interest once no copy of it can come: CloudTrail keeps its own history for 90 days. */
const KEPT_DAYS = 90;

/** Of one attempt there is one call; whoever copies its use id makes more, of which the first two tell. */
const ATTEMPTS_A_PAGE = 10;

type At = Pick<LedgerEntry, "witnessId" | "entryId">;

/** The `TrailLedger` table. What it holds beside calls is in `ledger-notes.ts`. */
export function ledgerTable({ now, ...props }: TableAccessProps & { readonly now: () => Date }): TrailLedger {
  const table = new TableAccess(props);
  const get = async ({ witnessId, entryId }: At) => {
    const item = await table.get({ witnessId, entryId });
    return isLedgerEntry(item) ? item : undefined;
  };
  return {
    ...ledgerNotes(table),
    get,
    async enter(entry) {
      const refusal = await table.conditionally("PutItem", (name, dynamo) =>
        dynamo.send(
          new PutCommand({
            TableName: name,
            Item: itemOf(entry, now()),
            ConditionExpression: "attribute_not_exists(#entryId)",
            ExpressionAttributeNames: { "#entryId": "entryId" },
          }),
        ),
      );
      return refusal ? ((await get(entry)) ?? entry) : entry;
    },
    async judge(entry) {
      const refusal = await table.conditionally("UpdateItem", (name, dynamo) =>
        dynamo.send(new UpdateCommand({ TableName: name, ...judgementOf(entry, now()) })),
      );
      return refusal === undefined;
    },
    async *attempts(call, entryId) {
      const prefix = attemptPrefix(call.use?.attempt ?? 0);
      const found = table.query({
        KeyConditionExpression: "#witnessId = :witnessId AND #entryId BETWEEN :from AND :to",
        ExpressionAttributeNames: { "#witnessId": "witnessId", "#entryId": "entryId" },
        ExpressionAttributeValues: {
          ":witnessId": witnessIdOf(call),
          ":from": entryId === undefined ? prefix : `${entryId} `,
          ":to": `${prefix}\uffff`,
        },
        ConsistentRead: true,
        Limit: ATTEMPTS_A_PAGE,
      });
      for await (const item of found) if (isLedgerEntry(item)) yield item;
    },
    async *watched(watch, until, from = "0") {
      const [shardName, seenAt] = pendingIndex.keys;
      for (const shard of shardsOf(watch))
        yield* table.query({
          IndexName: pendingIndex.indexName,
          KeyConditionExpression: "#shard = :shard AND #seenAt BETWEEN :from AND :until",
          ExpressionAttributeNames: { "#shard": shardName, "#seenAt": seenAt },
          ExpressionAttributeValues: { ":shard": shard, ":from": from, ":until": until },
        }) as AsyncGenerator<Item & At>;
    },
    async unwatch({ witnessId, entryId }) {
      await table.conditionally("UpdateItem", (name, dynamo) =>
        dynamo.send(
          new UpdateCommand({
            TableName: name,
            Key: { witnessId, entryId },
            UpdateExpression: "REMOVE #shard",
            ExpressionAttributeNames: { "#shard": pendingIndex.keys[0] },
          }),
        ),
      );
    },
  };
}

function itemOf(entry: LedgerEntry, at: Date): Item {
  return { ...entry, ...settlingOf(entry, at) };
}

/** Where it is watched, and when it may go. What is unaccounted stays: it is evidence. */
function settlingOf(entry: LedgerEntry, at: Date): Item {
  const shard = shardOf(entry);
  const isKept = entry.status === "unaccounted" || entry.status === "pending";
  const purgeAt = Math.floor(at.getTime() / 1000) + KEPT_DAYS * 86_400;
  return { ...(shard !== undefined && { [pendingIndex.keys[0]]: shard }), ...(!isKept && { purgeAt }) };
}

function judgementOf(entry: LedgerEntry, at: Date) {
  const { witnessId, entryId, status, reason, level, rank } = entry;
  const set: Item = { status, reason, rank, ...(level !== undefined && { level }), ...settlingOf(entry, at) };
  const remove = ["level", pendingIndex.keys[0], "purgeAt"].filter((name) => !Object.hasOwn(set, name));
  const assignments = Object.keys(set).map((name) => `#${name} = :${name}`);
  const removals = remove.length > 0 ? ` REMOVE ${remove.map((name) => `#${name}`).join(", ")}` : "";
  const names = ["entryId", ...Object.keys(set), ...remove].map((name) => [`#${name}`, name]);
  return {
    Key: { witnessId, entryId },
    UpdateExpression: `SET ${assignments.join(", ")}${removals}`,
    ConditionExpression: "attribute_exists(#entryId) AND #rank < :rank",
    ExpressionAttributeNames: Object.fromEntries(names) as Record<string, string>,
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries(set).map(([name, value]) => [`:${name}`, value]),
    ),
  };
}
