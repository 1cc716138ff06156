import {
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { retire, undo } from "../../lib/cli/retire.ts";
import { Session, type Cli } from "../../lib/cli/session.ts";
import type { LocalSystem } from "../../local/system.ts";
import { runCommand } from "../support/command.ts";
import { awsConfig, canaryKey, Person, startForTest, storedItems } from "../support/local-system.ts";
import { openAll, sealedParts, seedRecords, type Seeded } from "../support/records.ts";

const RECORDS = 60;

let system: LocalSystem;
let seeded: Seeded[];
const [first, second] = ["1", "2"] as const;

beforeAll(async () => {
  system = await startForTest();
  seeded = await seedRecords(system, RECORDS);
});
afterAll(() => system.close());

const arnOf = (name: string) =>
  system.stack.outputs["EncryptionKeys"]
    ?.split(",")
    .find((one) => one.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? "";

async function everythingOpens(): Promise<void> {
  expect(await openAll(system, seeded)).toEqual({ opened: RECORDS, failed: [] });
  const person = await Person.named(system, "someone-new");
  expect((await person.save(canaryKey("openai"))).status).toBe(200);
  expect((await person.chat()).status).toBe(200);
}

async function stateOf(name: string): Promise<string | undefined> {
  const kms = new KMSClient(awsConfig(system));
  return (await kms.send(new DescribeKeyCommand({ KeyId: arnOf(name) }))).KeyMetadata?.KeyState;
}

describe("another KMS key is put in use step by step, each said by the command, and everything opens at each", () => {
  test("first it is made, and nothing is wrapped under it", async () => {
    const { code, json } = await runCommand(system, ["rotate", "--to", second, "--json"]);
    expect(code).toBe(3);
    expect(json).toMatchObject({ step: "add", complete: false });
    expect(json["next"]).toContain("-c encryptionKeys=1,2 -c writeEncryptionKey=1");
    await system.deploy({ encryptionKeys: [first, second], writeEncryptionKey: first });
    await everythingOpens();
    const items = await storedItems(system);
    expect(new Set(items.map(({ encryptionKeyId }) => encryptionKeyId))).toEqual(new Set([arnOf(first)]));
  });

  test("then new data keys are wrapped under it", async () => {
    const { code, json } = await runCommand(system, ["rotate", "--to", second, "--json"]);
    expect(code).toBe(3);
    expect(json).toMatchObject({ step: "write" });
    expect(json["next"]).toContain("-c writeEncryptionKey=2");
    await system.deploy({ writeEncryptionKey: second });
    await everythingOpens();
    const wrapped = (await storedItems(system)).filter(
      ({ encryptionKeyId }) => encryptionKeyId === arnOf(second),
    );
    expect(wrapped).toHaveLength(1);
  });

  test("the old one is not retired while records need it, nor the one in use at all", async () => {
    const needed = await runCommand(system, ["retire", first, "--json"]);
    expect(needed.code).toBe(3);
    expect(needed.json).toMatchObject({ state: "needed", records: RECORDS });
    const inUse = await runCommand(system, ["retire", second, "--json"]);
    expect(inUse.code).toBe(3);
    expect(inUse.json).toMatchObject({ error: { code: "REFUSED" } });
    expect(await stateOf(first)).toBe("Enabled");
  });

  test("then every record is moved, by KMS alone", async () => {
    const before = await sealedParts(system);
    const { code, json, stderr } = await runCommand(system, ["rotate", "--to", second, "--json"]);
    expect({ code, json }, stderr).toMatchObject({
      code: 0,
      json: {
        step: "rewrap",
        rewrapped: RECORDS,
        complete: true,
        next: "waxseal retire 1",
        census: { behind: 0 },
      },
    });
    expect(await sealedParts(system)).toEqual(before);
    await everythingOpens();
  });

  test("both at once: new key material for the new KMS key", async () => {
    const { code, json } = await runCommand(system, ["rotate", "--json"]);
    expect(code).toBe(0);
    expect(json).toMatchObject({ encryptionKeyId: arnOf(second), onDemandLeft: 24, rewrapped: RECORDS + 1 });
    expect(json["from"]).not.toBe(json["to"]);
    await everythingOpens();
  });
});

describe("the old KMS key is retired", () => {
  test("not before the longest invocation has passed: a function may hold what it wrapped", async () => {
    const { code, json } = await runCommand(system, ["retire", first, "--json"]);
    expect(code).toBe(3);
    expect(json).toMatchObject({ state: "waiting" });
    const wait = Date.parse(String(json["readyAt"])) - Date.now();
    expect(wait).toBeGreaterThan(200_000);
    expect(wait).toBeLessThanOrEqual(310_000);
    expect(await stateOf(first)).toBe("Enabled");
  });

  test("by disabling it first; the day when its deletion is safe is named, and until then it is refused", async () => {
    const { cli, session } = await asIfTimeHadPassed();
    const retired = await retire(cli, session, arnOf(first));
    expect(retired.state).toBe("disabled");
    expect(await stateOf(first)).toBe("Disabled");
    await everythingOpens();
    const { code, json } = await runCommand(system, ["retire", first, "--schedule-deletion", "--json"]);
    expect(code).toBe(3);
    const day = new Date(Date.now() + 35 * 86_400_000).toISOString().slice(0, 10);
    expect((json["error"] as { message: string }).message).toContain(day);
    expect(await stateOf(first)).toBe("Disabled");
  });

  test("and can be enabled again", async () => {
    const { json, code } = await runCommand(system, ["retire", first, "--undo", "--json"]);
    expect({ code, json }).toMatchObject({ code: 0, json: { state: "enabled" } });
    expect(await stateOf(first)).toBe("Enabled");
  });

  test("is enabled again by the next run if it was disabled, needed after all, and the command was killed there", async () => {
    const { cli, session } = await asIfTimeHadPassed();
    let censuses = 0;
    const killed = Object.create(session) as Session;
    Object.assign(killed, {
      under: async (role: "rewrap") => {
        censuses += 1;
        if (censuses === 2) {
          await writtenUnderFirst("before-the-kill");
          throw new Error("killed");
        }
        return session.under(role);
      },
    });
    await expect(retire(cli, killed, arnOf(first))).rejects.toThrow("killed");
    expect(await stateOf(first)).toBe("Disabled");
    const { code, json } = await runCommand(system, ["retire", first, "--json"]);
    expect({ code, json }).toMatchObject({ code: 3, json: { state: "needed", records: 1 } });
    expect(await stateOf(first)).toBe("Enabled");
    expect((await runCommand(system, ["rewrap"])).code).toBe(0);
  });

  test("and is named by the doctor while records need it and it is disabled, or waits to be deleted", async () => {
    const kms = new KMSClient(awsConfig(system));
    await writtenUnderFirst("needed-and-disabled");
    const wrong = async () => {
      const { code, json } = await runCommand(system, ["doctor", "--json"]);
      const checks = json["checks"] as { name: string; state: string; found: string }[];
      return { code, found: checks.filter(({ state }) => state === "wrong").map(({ found }) => found) };
    };
    expect(await wrong()).toEqual({ code: 0, found: [] });
    await kms.send(new DisableKeyCommand({ KeyId: arnOf(first) }));
    expect(await wrong()).toEqual({ code: 1, found: ["1 do not open: KMS key 1 is Disabled"] });
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: arnOf(first), PendingWindowInDays: 30 }));
    expect(await wrong()).toEqual({ code: 1, found: ["1 do not open: KMS key 1 is PendingDeletion"] });
    const needed = await runCommand(system, ["retire", first, "--json"]);
    expect(needed).toMatchObject({ code: 3, json: { state: "needed", records: 1 } });
    expect((await runCommand(system, ["retire", first, "--undo"])).code).toBe(0);
    expect((await runCommand(system, ["rewrap"])).code).toBe(0);
  });

  test("stays disabled where somebody else disabled it, though records need it", async () => {
    await writtenUnderFirst("before-somebody-else");
    expect((await runCommand(system, ["retire", first])).code).toBe(3);
    const kms = new KMSClient(awsConfig(system));
    await kms.send(new DisableKeyCommand({ KeyId: arnOf(first) }));
    const { json } = await runCommand(system, ["retire", first, "--json"]);
    expect(json).toMatchObject({ state: "needed", records: 1 });
    expect(await stateOf(first)).toBe("Disabled");
    await kms.send(new EnableKeyCommand({ KeyId: arnOf(first) }));
    expect((await runCommand(system, ["rewrap"])).code).toBe(0);
  });

  test("is enabled again at once if a record came to need it at the last moment", async () => {
    const { cli, session } = await asIfTimeHadPassed();
    // The census after the disabling is the first that sees it.
    let writes = 0;
    const late = Object.create(session) as Session;
    Object.assign(late, {
      under: async (role: "rewrap") => {
        writes += 1;
        if (writes === 2) {
          const kms = new KMSClient(awsConfig(system));
          await kms.send(new EnableKeyCommand({ KeyId: arnOf(first) }));
          await system.deploy({ writeEncryptionKey: first });
          await seedRecords(system, 1, "late");
          await system.deploy({ writeEncryptionKey: second });
        }
        return session.under(role);
      },
    });
    expect(await retire(cli, late, arnOf(first))).toEqual({ state: "needed", records: 1 });
    expect(await stateOf(first)).toBe("Enabled");
    await undo(session, arnOf(first));
  });
});

describe("going back", () => {
  test("is the same steps with the names changed", async () => {
    await system.deploy({ writeEncryptionKey: first });
    const { code, json } = await runCommand(system, ["rotate", "--to", first, "--json"]);
    expect({ code, json }).toMatchObject({ code: 0, json: { complete: true, census: { behind: 0 } } });
    await everythingOpens();
  });
});

/** One record under the KMS key that is being retired, which is disabled again if it was. */
async function writtenUnderFirst(name: string): Promise<void> {
  const kms = new KMSClient(awsConfig(system));
  const before = await stateOf(first);
  await kms.send(new EnableKeyCommand({ KeyId: arnOf(first) }));
  await system.deploy({ writeEncryptionKey: first });
  await seedRecords(system, 1, name);
  await system.deploy({ writeEncryptionKey: second });
  if (before === "Disabled") await kms.send(new DisableKeyCommand({ KeyId: arnOf(first) }));
}

/** A session that takes the last deployment for long ago, and every invocation for short. */
async function asIfTimeHadPassed(): Promise<{ cli: Cli; session: Session }> {
  const silent = { answer: () => undefined, say: () => undefined, progress: () => undefined };
  const cli: Cli = {
    terminal: silent,
    environment: { AWS_ENDPOINT_URL: system.awsEndpoint },
    stdin: process.stdin,
    signal: new AbortController().signal,
    exitCode: 0,
  };
  process.env["AWS_ENDPOINT_URL"] = system.awsEndpoint;
  const session = await Session.open(cli, "local");
  const deployment = { ...session.deployment, deployedAt: new Date(0), longestInvocationSeconds: 0 };
  return { cli, session: Object.assign(Object.create(session) as Session, { deployment }) };
}
