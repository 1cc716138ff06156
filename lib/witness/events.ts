import { byWitnessIndex } from "../audit-attributes.ts";
import { TableAccess, type Item, type TableAccessProps } from "./table-access.ts";
import { witnessEventOf, type WitnessEvent } from "./witness-event.ts";

/** The events of ours that name a claim, or a request of KMS. */
export interface WitnessEvents {
  /** @param witnessId - `use/<useId>`, `kms/<requestId>`. @throws `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`. */
  find(witnessId: string): Promise<WitnessEvent | undefined>;
}

/** The audit log, by its index, which is a moment behind the table. */
export function witnessEvents(props: TableAccessProps): WitnessEvents {
  const table = new TableAccess(props);
  return {
    async find(witnessId) {
      const items: Item[] = [];
      const found = table.query({
        IndexName: byWitnessIndex.indexName,
        KeyConditionExpression: "#witnessId = :witnessId",
        ExpressionAttributeNames: { "#witnessId": byWitnessIndex.keys[0] },
        ExpressionAttributeValues: { ":witnessId": witnessId },
        Limit: 10,
      });
      for await (const item of found) if (items.push(item) === 10) break;
      return witnessEventOf(items);
    },
  };
}
