import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import type { Session } from "../session.ts";
import { checked, expectThat, type Check } from "./check.ts";

/** The tables: there, protected, recoverable, streaming, and forgetting tombstones. */
export async function checkTables(session: Session): Promise<Check[]> {
  const { table, jobsTable } = session.deployment;
  const [records, jobs] = await Promise.all([
    checked("table", () => checkRecords(session, table)),
    checked("jobs-table", () => checkThere(session, "jobs-table", jobsTable)),
  ]);
  return [...records, ...jobs];
}

async function checkThere({ own }: Session, name: string, table: string): Promise<Check[]> {
  const { Table: described } = await own.dynamo.send(new DescribeTableCommand({ TableName: table }));
  const status = described?.TableStatus ?? "unknown";
  return [expectThat(status === "ACTIVE", name, status, "deploy the stack again")];
}

async function checkRecords(session: Session, table: string): Promise<Check[]> {
  const { own } = session;
  const TableName = table;
  const { Table: described } = await own.dynamo.send(new DescribeTableCommand({ TableName }));
  const view = described?.StreamSpecification?.StreamViewType;
  const isProtected = described?.DeletionProtectionEnabled === true;
  const again = "deploy the stack again";
  return [
    expectThat(described?.TableStatus === "ACTIVE", "table", described?.TableStatus ?? "unknown", again),
    expectThat(isProtected, "table protection", isProtected ? "cannot be deleted" : "can be deleted", again),
    expectThat(view === "NEW_AND_OLD_IMAGES", "table stream", view ?? "no stream", again),
    ...(await checked("table backups", async () => {
      const command = new DescribeContinuousBackupsCommand({ TableName });
      const { ContinuousBackupsDescription: backups } = await own.dynamo.send(command);
      const status = backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus ?? "unknown";
      return [expectThat(status === "ENABLED", "table backups", `point-in-time recovery ${status}`, again)];
    })),
    ...(await checked("table expiry", async () => {
      const command = new DescribeTimeToLiveCommand({ TableName });
      const { TimeToLiveDescription: expiry } = await own.dynamo.send(command);
      const isOn = expiry?.TimeToLiveStatus === "ENABLED" && expiry.AttributeName === "purgeAt";
      return [expectThat(isOn, "table expiry", isOn ? "of purgeAt" : "tombstones stay for good", again)];
    })),
  ];
}
