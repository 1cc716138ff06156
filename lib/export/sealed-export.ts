import type { DynamoSender } from "../provider-keys/write-record.ts";
import { allItems } from "../provider-keys/all-items.ts";
import { writePrivateFile, type WrittenFile } from "./private-file.ts";
import { endLine, headerLine, itemLine, type ExportHeader } from "./sealed-lines.ts";

export interface SealedExportPorts {
  readonly dynamo: DynamoSender;
  readonly table: string;
  readonly stage: string;
  /** The setting, as it is now. */
  readonly tombstoneDays: number;
  readonly now: () => Date;
  /** Told after each page how many items were written. */
  readonly onPage?: (items: number) => void;
}

/**
 * Writes all records as they are stored, sealed, tombstones too, to a file: JSON Lines, the first of which says of
 * what it is. Without the KMS key nothing in it opens; what is not sealed (owners' opaque ids, labels, times) is in it
 * to read.
 *
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`. @throws {OperatorError} for the file.
 */
export async function exportSealed(
  ports: SealedExportPorts,
  path: string,
  force: boolean,
): Promise<WrittenFile & { readonly header: ExportHeader; readonly records: number; tombstones: number }> {
  const { stage, table, tombstoneDays, now, onPage } = ports;
  const about = { stage, table, at: now().toISOString(), tombstoneDays };
  let items = 0;
  let tombstones = 0;
  const written = await writePrivateFile(path, force, async (write) => {
    await write(headerLine(about));
    for await (const page of allItems(ports)) {
      await write(page.map(itemLine).join(""));
      items += page.length;
      tombstones += page.filter(({ state }) => state === "removed").length;
      onPage?.(items);
    }
    await write(endLine(items));
  });
  const header = { schemaVersion: 1, format: "waxseal-sealed-export", ...about } as const;
  return { ...written, header, records: items - tombstones, tombstones };
}
