import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { repeatable } from "../provider-keys/store-failures.ts";
import { expiryPartition } from "../audit-attributes.ts";
import type { DynamoSender } from "../provider-keys/write-record.ts";

const placeSchema = z.object({
  /** Its number; 0 where none was begun with. */
  checkpoint: z.int(),
  /** How many of its manifests are done. */
  manifest: z.int(),
  isDone: z.boolean(),
  begunAt: z.string(),
});

/** Where the expiry of events is. */
export type ExpiryPlace = Readonly<z.infer<typeof placeSchema>>;

export interface ExpiryPlaces {
  get(): Promise<ExpiryPlace>;
  keep(place: ExpiryPlace): Promise<void>;
}

export const expiryKey = { witnessId: expiryPartition, entryId: "place" } as const;

const atTheBeginning: ExpiryPlace = { checkpoint: 0, manifest: 0, isDone: true, begunAt: "" };

/** One item of `TrailLedger`: where it is lost, everything is gone through again, to the same effect. */
export function expiryPlaces(dynamo: DynamoSender, table: string): ExpiryPlaces {
  return {
    async get() {
      const command = new GetCommand({ TableName: table, Key: expiryKey, ConsistentRead: true });
      const { Item } = await repeatable("GetItem (expiry)", () => dynamo.send(command));
      return z.safeParse(placeSchema, Item).data ?? atTheBeginning;
    },
    async keep(place) {
      const command = new PutCommand({ TableName: table, Item: { ...expiryKey, ...place } });
      await repeatable("PutItem (expiry)", () => dynamo.send(command));
    },
  };
}
