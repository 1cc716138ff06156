/** The audit of a running local system, as an administrator sees it. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { LocalSystem } from "../../local/system.ts";
import { awsConfig } from "./local-system.ts";

export type AuditTable = "Log" | "Intake" | "Ledger";

export function auditTableName(system: LocalSystem, which: AuditTable): string {
  const table = system.stack.tables.find(({ tableName }) => tableName.includes(`AuditTables${which}`));
  if (!table) throw new Error(`the stack has no table ${which} of the audit`);
  return table.tableName;
}

/** Every item, once all that happened is recorded. */
export async function auditItems(
  system: LocalSystem,
  which: AuditTable = "Log",
): Promise<Record<string, unknown>[]> {
  await system.streamsSettled();
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system)));
  const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: auditTableName(system, which) }));
  dynamo.destroy();
  return Items;
}
