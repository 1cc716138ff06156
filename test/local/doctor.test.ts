import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  KMSClient,
  PutKeyPolicyCommand,
} from "@aws-sdk/client-kms";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Check } from "../../lib/cli/doctor/check.ts";
import type { LocalSystem } from "../../local/system.ts";
import { runCommand } from "../support/command.ts";
import { awsConfig, startForTest, tableName } from "../support/local-system.ts";
import { seedRecords, type Seeded } from "../support/records.ts";

let system: LocalSystem;
let kms: KMSClient;
let seeded: Seeded[];

beforeAll(async () => {
  system = await startForTest();
  kms = new KMSClient(awsConfig(system));
  seeded = await seedRecords(system, 3);
});
afterAll(() => system.close());

const kmsKey = () => system.stack.outputs["EncryptionKeyArn"] ?? "";

async function doctor(): Promise<{ code: number | null; checks: Check[]; wrong: string[] }> {
  const { code, json, stderr } = await runCommand(system, ["doctor", "--json"]);
  const checks = (json["checks"] ?? []) as Check[];
  expect(checks.length, stderr).toBeGreaterThan(0);
  expect(json["ok"]).toBe(code === 0);
  return { code, checks, wrong: checks.filter(({ state }) => state === "wrong").map(({ name }) => name) };
}

interface Policy {
  readonly Statement: readonly Readonly<Record<string, unknown>>[];
}

/** Changes the key policy as an administrator may, for as long as `look` takes. */
async function withPolicy(change: (policy: Policy) => Policy, look: () => Promise<void>): Promise<void> {
  const { Policy: before = "" } = await kms.send(new GetKeyPolicyCommand({ KeyId: kmsKey() }));
  const changed = JSON.stringify(change(JSON.parse(before) as Policy));
  await kms.send(new PutKeyPolicyCommand({ KeyId: kmsKey(), Policy: changed }));
  await look();
  await kms.send(new PutKeyPolicyCommand({ KeyId: kmsKey(), Policy: before }));
}

const sid = (name: string) => (statement: Readonly<Record<string, unknown>>) => statement["Sid"] === name;

describe("doctor", () => {
  test("finds nothing wrong with a deployment as it was made, and looks at every part", async () => {
    const { code, checks } = await doctor();
    expect(code).toBe(0);
    expect(checks.filter(({ state }) => state !== "ok").map(({ name }) => name)).toEqual([
      "write-suite",
      "switched-jobs",
    ]);
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...["stack", "issuer", "kms-key 1", "kms-key 1 rotation", "kms-key 1 policy", "kms-key 1 grants"],
        ...[
          "table",
          "table protection",
          "table stream",
          "table backups",
          "table expiry",
          "jobs-table",
          "trail",
        ],
        ...["rewrap-role", "records", "records behind", "records' KMS keys", "records' suites", "jobs"],
      ]),
    );
    for (const { state, advice } of checks) expect(advice !== undefined).toBe(state !== "ok");
  });

  test.each([
    [
      "lets somebody else decrypt",
      (policy: Policy) => ({
        ...policy,
        Statement: [
          ...policy.Statement,
          {
            Effect: "Allow",
            Principal: { AWS: "arn:aws:iam::999999999999:root" },
            Action: "kms:Decrypt",
            Resource: "*",
          },
        ],
      }),
    ],
    [
      "allows everything to an administrator",
      (policy: Policy) => ({
        ...policy,
        Statement: [
          ...policy.Statement,
          {
            Effect: "Allow",
            Principal: { AWS: "arn:aws:iam::111122223333:user/administrator" },
            Action: "kms:*",
            Resource: "*",
          },
        ],
      }),
    ],
    ...[
      "OnlyOpeningRolesDecrypt",
      "OnlySavingRolesMakeDataKeys",
      "OnlyRewrappingRolesReEncrypt",
      "NobodyUsesItOtherwise",
      "OnlyForProviderKeys",
      "OnlyForThisStage",
    ].map(
      (name) =>
        [
          `has lost ${name}`,
          (policy: Policy) => ({
            ...policy,
            Statement: policy.Statement.filter((statement) => !sid(name)(statement)),
          }),
        ] as const,
    ),
    [
      "exempts one role more from a denial",
      (policy: Policy) => ({
        ...policy,
        Statement: policy.Statement.map((statement) =>
          sid("OnlyOpeningRolesDecrypt")(statement)
            ? {
                ...statement,
                Condition: {
                  ArnNotEquals: {
                    "aws:PrincipalArn": [
                      ...((statement["Condition"] as { ArnNotEquals: Record<string, string[]> }).ArnNotEquals[
                        "aws:PrincipalArn"
                      ] ?? []),
                      "arn:aws:iam::111122223333:role/Intruder",
                    ],
                  },
                },
              }
            : statement,
        ),
      }),
    ],
  ] as const)("names a key policy that %s", async (_what, change) => {
    await withPolicy(change, async () => {
      const { code, wrong } = await doctor();
      expect(code).toBe(1);
      expect(new Set(wrong)).toEqual(new Set(["kms-key 1 policy"]));
    });
  });

  test("names a KMS key that is not rotated, or disabled", async () => {
    await kms.send(new DisableKeyRotationCommand({ KeyId: kmsKey() }));
    expect((await doctor()).wrong).toEqual(["kms-key 1 rotation"]);
    await kms.send(new EnableKeyRotationCommand({ KeyId: kmsKey() }));
    await kms.send(new DisableKeyCommand({ KeyId: kmsKey() }));
    const { code, wrong } = await doctor();
    await kms.send(new EnableKeyCommand({ KeyId: kmsKey() }));
    expect({ code, wrong }).toEqual({ code: 1, wrong: ["kms-key 1"] });
  });

  test("names records that are damaged, or wrapped under a KMS key that is none of the stack's", async () => {
    const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system)));
    const set = ({ ownerId, slot }: Seeded, name: string, value: string) =>
      dynamo.send(
        new UpdateCommand({
          TableName: tableName(system),
          Key: { ownerId, slot },
          UpdateExpression: "SET #name = :value",
          ExpressionAttributeNames: { "#name": name },
          ExpressionAttributeValues: { ":value": value },
        }),
      );
    await set(seeded[0]!, "state", "lost");
    await set(seeded[1]!, "encryptionKeyId", "arn:aws:kms:us-east-1:111122223333:key/gone");
    const { code, wrong } = await doctor();
    expect(code).toBe(1);
    expect(wrong).toEqual(["records", "records' KMS keys"]);
  });

  test("names a deployment without an issuer, or with records of a suite that is refused", async () => {
    await system.deploy({ issuer: "https://issuer.example", readSuites: ["A256GCM"], writeSuite: "A256GCM" });
    const { wrong } = await doctor();
    expect(wrong).toEqual(expect.arrayContaining(["issuer", "records' suites"]));
  });
});
