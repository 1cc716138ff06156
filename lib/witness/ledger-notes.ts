import type { FileRead, NotedRole, TrailLedger } from "./ledger.ts";
import type { TableAccess } from "./table-access.ts";
import { baseName, daysBetween, trailFileName } from "./trail-names.ts";

type Notes = Pick<
  TrailLedger,
  "noteFile" | "fileRead" | "filesRead" | "listedThrough" | "setListedThrough" | "roles" | "noteRole"
>;

/** What the ledger has beside calls, in partitions of its own: `file/<day>`, `state`, `roles`. */
export function ledgerNotes(table: TableAccess): Notes {
  const partition = (witnessId: string) =>
    table.query({
      KeyConditionExpression: "#witnessId = :witnessId",
      ExpressionAttributeNames: { "#witnessId": "witnessId" },
      ExpressionAttributeValues: { ":witnessId": witnessId },
      ConsistentRead: true,
    });
  return {
    noteFile: (file) => table.put({ ...addressOf(file.name), ...file }),
    async fileRead(name) {
      return fileOf(await table.get(addressOf(name)));
    },
    async *filesRead(from, to) {
      for (const day of daysBetween(from, to))
        for await (const item of partition(`file/${day}`)) {
          const file = fileOf(item);
          const at = file && trailFileName(file.name)?.at;
          if (file && at !== undefined && at >= from && at <= to) yield file;
        }
    },
    async listedThrough() {
      const through = (await table.get(listing))?.["through"];
      return typeof through === "string" ? through : undefined;
    },
    setListedThrough: (through) => table.put({ ...listing, through }),
    async roles() {
      const roles: NotedRole[] = [];
      for await (const { use, arn, since, until } of partition("roles"))
        roles.push({ use, arn, since, ...(until !== undefined && { until }) } as NotedRole);
      return roles;
    },
    noteRole: (role) => table.put({ witnessId: "roles", entryId: `${role.use}~${role.arn}`, ...role }),
  };
}

const listing = { witnessId: "state", entryId: "listing" };

/** By the day of its name, and by what no other file has. */
function addressOf(name: string): { witnessId: string; entryId: string } {
  const day = (trailFileName(name)?.at ?? "").slice(0, 10);
  return { witnessId: `file/${day}`, entryId: baseName(name) };
}

function fileOf(item: Readonly<Record<string, unknown>> | undefined): FileRead | undefined {
  if (typeof item?.["name"] !== "string") return undefined;
  const { witnessId: _witnessId, entryId: _entryId, ...file } = item;
  return file as unknown as FileRead;
}
