import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalSystem } from "../../local/system.ts";
import { runCommand } from "../support/command.ts";
import { awsConfig, Person, startForTest, storedItems, tableName } from "../support/local-system.ts";
import { noLimits } from "../support/no-limits.ts";
import { openAll, seedRecords, type Seeded } from "../support/records.ts";
import { startTraffic } from "../support/traffic.ts";

const [cbc, gcm] = ["A256CBC-HS512", "A256GCM"] as const;
const users = ["seed-0", "seed-1", "seed-2"];

let system: LocalSystem;
let seeded: Seeded[];
let dynamo: DynamoDBDocumentClient;
beforeAll(async () => {
  system = await startForTest({ settings: { jobs: [], writeSuite: cbc, limits: noLimits } });
  seeded = await seedRecords(system, 120);
  dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system)));
});
afterAll(async () => {
  dynamo.destroy();
  await system.close();
});

const saying = (text: string) => expect.stringContaining(text) as string;
const migrate = (...args: string[]) => runCommand(system, ["migrate", ...args, "--json"]);

test("a migration goes forth, back and forth again by its steps, under traffic, and nothing is unreadable at any moment", async () => {
  await dress(seeded[5]!, { label: "My own", order: 4, useCount: 9 });
  await dress(seeded[6]!, { state: "disabled" });
  await dress(seeded[7]!, { expiresAt: "2026-01-01T00:00:00.000Z" });
  const firstPlanted = (await storedItems(system)).find(({ ownerId }) => ownerId === seeded[8]!.ownerId)!;
  const traffic = startTraffic(system, users);

  expect((await migrate()).json).toMatchObject({
    phase: 1,
    next: saying(`writeSuite=${gcm}`),
  });
  const tooEarly = await migrate("run");
  expect(tooEarly).toMatchObject({ code: 3, json: { error: { code: "REFUSED" } } });
  await system.deploy({ writeSuite: gcm });
  expect((await migrate()).json).toMatchObject({ phase: 2, next: saying("jobs=reseal") });
  const notSwitchedOn = await migrate("run");
  expect(notSwitchedOn).toMatchObject({ code: 3, json: { error: { code: "NOT_SWITCHED_ON" } } });
  await system.deploy({ jobs: ["reseal"] });
  expect((await migrate("status")).json).toMatchObject({
    phase: 3,
    next: saying("waxseal migrate run"),
  });

  const dry = await migrate("run", "--dry-run");
  expect(dry).toMatchObject({ code: 0, json: { failed: 0, complete: true } });
  expect(dry.json["resealed"]).toBeGreaterThanOrEqual(120);
  await moveAll(gcm);
  await system.deploy({ writeSuite: cbc });
  await moveAll(cbc);
  await system.deploy({ writeSuite: gcm });
  await moveAll(gcm);
  await system.deploy({ readSuites: [gcm] });
  await system.deploy({ jobs: [] });

  const { uses, saves, removals, surprises } = await traffic.stop();
  expect(surprises).toEqual([]);
  expect(Math.min(saves, removals, ...uses.values())).toBeGreaterThan(3);
  expect((await migrate()).json).toMatchObject({ phase: 4, next: "Nothing: the migration is done." });

  const items = new Map((await storedItems(system)).map((item) => [item["ownerId"], item]));
  for (const { userId, ownerId } of seeded.slice(0, 5))
    expect(items.get(ownerId)).toMatchObject({ cipherSuite: gcm, useCount: uses.get(userId) ?? 0 });
  expect(items.get(seeded[5]!.ownerId)).toMatchObject({ label: "My own", order: 4, useCount: 9 });
  expect(items.get(seeded[6]!.ownerId)).toMatchObject({ cipherSuite: gcm, state: "disabled" });
  expect(items.get(seeded[7]!.ownerId)).toMatchObject({ expiresAt: "2026-01-01T00:00:00.000Z" });
  expect(await openAll(system, seeded)).toEqual({ opened: 120, failed: [] });

  // What the first step made of the old suite is refused from now on, though it is authentic.
  await dynamo.send(new PutCommand({ TableName: tableName(system), Item: firstPlanted }));
  const person = await Person.named(system, seeded[8]!.userId);
  const refused = await person.chat();
  expect(await refused.json()).toMatchObject({ code: "SUITE_REFUSED" });
  expect((await migrate()).json).toMatchObject({
    phase: 4,
    next: saying("cannot be opened"),
  });
}, 400_000);

/** Runs the job until nothing is left: what a save made of the old suite meanwhile is left to the next run. */
async function moveAll(to: string): Promise<void> {
  for (let runs = 0; runs < 4; runs += 1) {
    const { code, json, stderr } = await migrate("run", "--to", to);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(json).toMatchObject({ phase: 3, complete: true, failed: 0, to });
    if (Object.keys(json["bySuite"] as object).every((suite) => suite === to)) return;
  }
  throw new Error("some are left whenever it is looked");
}

async function dress({ ownerId, slot }: Seeded, attributes: Record<string, unknown>): Promise<void> {
  const names = Object.keys(attributes);
  await dynamo.send(
    new UpdateCommand({
      TableName: tableName(system),
      Key: { ownerId, slot },
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, attributes[name]])),
    }),
  );
}
