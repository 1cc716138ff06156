/** Each way to spoil the evidence, by somebody who may do anything in the account: found, and named. */
import { generateKeyPairSync, sign } from "node:crypto";
import { DeleteCommand, NumberValue, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonicalBytes } from "../../lib/audit/canonical.ts";
import { checkpointName, parseCheckpoint, signedBytes } from "../../lib/audit/checkpoint.ts";
import type { LocalSystem } from "../../local/system.ts";
import { AuditHands, type Item } from "../support/audit.ts";
import { canaryKey, Person, startForTest, storedItems, tableName } from "../support/local-system.ts";

let system: LocalSystem;
let hands: AuditHands;

beforeAll(async () => {
  system = await startForTest({ audited: true, settings: { checkpointSchedule: "rate(1 day)" } });
  hands = new AuditHands(system);
  for (const name of ["ada", "bob", "eve"]) {
    const person = await Person.named(system, name);
    expect((await person.save(canaryKey("openai"))).status).toBe(200);
    for (let use = 0; use < 4; use += 1) expect((await person.chat()).status).toBe(200);
    await hands.checkpoint();
  }
});
afterAll(() => system.close());

/** What is found more than before. */
async function foundAfter(tamper: () => Promise<void>): Promise<string[]> {
  const before = await hands.problems();
  await tamper();
  const after = await hands.problems();
  return after.filter((one) => !before.includes(one));
}

const idOf = ({ recordId, eventSeq }: Item) => `${String(recordId)}/${String(eventSeq)}`;
const keyOf = ({ recordId, eventSeq }: Item) => ({
  TableName: hands.output("AuditLogTable"),
  Key: { recordId, eventSeq },
});

async function eventsOfRecords(): Promise<Item[][]> {
  const events = (await hands.items("AuditLogTable")).filter(({ type }) => String(type).startsWith("key_"));
  const byRecord = Map.groupBy(events, ({ recordId }) => recordId);
  return [...byRecord.values()].map((some) =>
    some.toSorted((one, other) => (String(one["eventSeq"]) < String(other["eventSeq"]) ? -1 : 1)),
  );
}

test("nothing was spoiled yet: everything holds", async () => {
  expect(await hands.problems()).toEqual([]);
});

describe("an event", () => {
  test("that was changed is found by its hash", async () => {
    const [[, event = {}] = []] = await eventsOfRecords();
    const found = await foundAfter(async () => {
      const set = {
        UpdateExpression: "SET caller = :other",
        ExpressionAttributeValues: { ":other": "nobody" },
      };
      await hands.dynamo.send(new UpdateCommand({ ...keyOf(event), ...set }));
    });
    expect(found).toEqual(
      expect.arrayContaining([`event_changed ${idOf(event)}`, `event_tampered_with ${idOf(event)}`]),
    );
    expect(system.alarms().map(({ metric }) => metric)).toContain("Waxseal/local/EVENT_CHANGED");
  });

  test.each([
    ["in the middle", 2],
    ["at the end", -1],
  ])("that was removed %s is missing", async (_where, index) => {
    const [, some = []] = await eventsOfRecords();
    const event = some.at(index) ?? {};
    const found = await foundAfter(async () => {
      await hands.dynamo.send(new DeleteCommand(keyOf(event)));
    });
    expect(found).toContain(`event_missing ${idOf(event)}`);
    expect(system.alarms().map(({ metric }) => metric)).toContain("Waxseal/local/EVENT_DELETED");
  });

  test("with a number that JavaScript has not is named, and what is around it is looked at all the same", async () => {
    const [, , [, event = {}] = []] = await eventsOfRecords();
    for (const text of ["9".repeat(38), "1E+100"]) {
      const found = await foundAfter(async () => {
        const values = { ":huge": NumberValue.from(text) };
        const set = { UpdateExpression: "SET huge = :huge", ExpressionAttributeValues: values };
        await hands.dynamo.send(new UpdateCommand({ ...keyOf(event), ...set }));
      });
      if (text.startsWith("9")) expect(found).toContain(`event_changed ${idOf(event)}`);
      expect(await hands.problems()).toContain(`event_changed ${idOf(event)}`);
    }
    const { huge: _spoilt, ...rest } = event;
    await hands.dynamo.send(new PutCommand({ TableName: hands.output("AuditLogTable"), Item: rest }));
  });

  test("that was invented is in no manifest", async () => {
    const [, , [first = {}] = []] = await eventsOfRecords();
    const invented = { ...first, eventSeq: "000000000099", at: "2026-01-01T00:00:00.000Z", type: "key_used" };
    const found = await foundAfter(async () => {
      await hands.dynamo.send(new PutCommand({ TableName: hands.output("AuditLogTable"), Item: invented }));
    });
    expect(found).toContain(`event_not_in_manifest ${idOf(invented)}`);
    await hands.dynamo.send(new DeleteCommand(keyOf(invented)));
  });

  test("of an owner is missing, where all of theirs were removed", async () => {
    const [, , some = []] = await eventsOfRecords();
    const found = await foundAfter(async () => {
      for (const event of some) await hands.dynamo.send(new DeleteCommand(keyOf(event)));
    });
    for (const event of some) expect(found).toContain(`event_missing ${idOf(event)}`);
  });
});

describe("a manifest", () => {
  test("that was replaced has two versions, and the first is believed", async () => {
    const [name = ""] = await hands.names("manifests/");
    const found = await foundAfter(() => hands.put(name, canonicalBytes({ schemaVersion: 1, events: [] })));
    expect(found).toContain(`manifest_replaced ${name}`);
  });

  test("that was destroyed and put anew is not what the checkpoint covers", async () => {
    const [, name = ""] = await hands.names("manifests/");
    const found = await foundAfter(async () => {
      await hands.destroy(name);
      await hands.put(name, canonicalBytes({ schemaVersion: 1, events: [] }));
    });
    expect(found).toContain(`manifest_replaced ${name}`);
  });

  test("that was destroyed is missed", async () => {
    const [, , name = ""] = await hands.names("manifests/");
    expect(await foundAfter(() => hands.destroy(name))).toContain(`manifest_missing ${name}`);
  });
});

describe("a checkpoint", () => {
  test("that was forged is signed by somebody else", async () => {
    const name = checkpointName(2);
    const original = await hands.read(name);
    const checkpoint = parseCheckpoint(original);
    if (!checkpoint) throw new Error("there is no second checkpoint");
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const value = sign("sha256", signedBytes(checkpoint.head), privateKey).toString("base64");
    const forged = { ...checkpoint, signature: { ...checkpoint.signature, value } };
    const found = await foundAfter(async () => {
      await hands.destroy(name);
      await hands.put(name, canonicalBytes(forged));
    });
    expect(found).toContain(`checkpoint_forged ${name}`);
    await hands.destroy(name);
    await hands.put(name, original);
  });

  test("of before, put in the place of a later one, has another number", async () => {
    const [first, second] = [checkpointName(1), checkpointName(2)];
    const original = await hands.read(second);
    const found = await foundAfter(async () => {
      const old = await hands.read(first);
      await hands.destroy(second);
      await hands.put(second, old);
    });
    expect(found).toContain(`checkpoint_replaced ${second}`);
    await hands.destroy(second);
    await hands.put(second, original);
  });

  test("that is gone is missed: from the middle by its number, at the end by the event of its signing", async () => {
    const names = await hands.names("checkpoints/");
    const [, second = ""] = names;
    const last = names.at(-1) ?? "";
    // The word of the last one has itself to be recorded.
    const found = await foundAfter(async () => {
      await hands.destroy(second);
      await hands.destroy(last);
    });
    expect(found).toEqual(
      expect.arrayContaining([`checkpoint_missing ${second}`, `checkpoint_missing ${last}`]),
    );
  });
});

describe("a record", () => {
  test("that was changed around the application is named, by a page", async () => {
    const [record = {}] = await storedItems(system);
    const found = await foundAfter(async () => {
      const { ownerId, slot } = record;
      const set = { UpdateExpression: "SET label = :other", ExpressionAttributeValues: { ":other": "mine" } };
      await hands.dynamo.send(
        new UpdateCommand({ TableName: tableName(system), Key: { ownerId, slot }, ...set }),
      );
    });
    expect(found.some((one) => one.startsWith(`changed_out_of_band ${String(record["recordId"])}/`))).toBe(
      true,
    );
    expect(system.alarms()).toContainEqual(
      expect.objectContaining({
        metric: "Waxseal/local/CHANGED_OUT_OF_BAND",
        topics: [expect.stringContaining("page")],
      }),
    );
  });

  test("that was rolled back to what it was is named", async () => {
    const dan = await Person.named(system, "dan");
    expect((await dan.save(canaryKey("openai"))).status).toBe(200);
    const records = await storedItems(system);
    const old =
      records.toSorted((one, other) => (String(one["savedAt"]) < String(other["savedAt"]) ? 1 : -1))[0] ?? {};
    expect((await dan.chat()).status).toBe(200);
    const found = await foundAfter(async () => {
      await hands.dynamo.send(new PutCommand({ TableName: tableName(system), Item: old }));
    });
    expect(found).toContain(`record_rolled_back ${String(old["recordId"])}`);
    expect(found.some((one) => one.startsWith(`changed_out_of_band ${String(old["recordId"])}/`))).toBe(true);
  });
});
