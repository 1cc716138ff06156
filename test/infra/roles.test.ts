import { describe, expect, test } from "vitest";
import { sealedAttributes } from "../../lib/attributes.ts";
import { functionEntries } from "../../lib/routes.ts";
import { ofType, synthesised, type Resource } from "./synthesised.ts";

interface PolicyStatement {
  readonly Effect: string;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
}

const stack = synthesised();
const functions = ofType(stack, "AWS::Lambda::Function");
const roles = ofType(stack, "AWS::IAM::Role");

/** The statements of a role's own policies, then those of the policies attached to it. */
function statementsOf([roleId, role]: readonly [string, Resource]): PolicyStatement[] {
  const inline = (role.Properties["Policies"] ?? []) as {
    PolicyDocument: { Statement: PolicyStatement[] };
  }[];
  const attached = ofType(stack, "AWS::IAM::Policy")
    .map(
      ([, policy]) =>
        policy.Properties as { Roles: string[]; PolicyDocument: { Statement: PolicyStatement[] } },
    )
    .filter((policy) => policy.Roles.includes(`<${roleId}>`));
  return [...inline, ...attached].flatMap((policy) => policy.PolicyDocument.Statement);
}

function statementsOfRole(roleId: string): PolicyStatement[] {
  const role = roles.find(([id]) => id === roleId);
  if (!role) throw new Error(`there is no ${roleId}`);
  return statementsOf(role);
}

const all = roles.flatMap((role) => statementsOf(role).map((statement) => ({ role: role[0], statement })));

/** What every function may do: write its own logs. */
const writeItsLogs = (logs: string) => [
  { Effect: "Allow", Action: "logs:CreateLogStream", Resource: `<${logs}.Arn>` },
  { Effect: "Allow", Action: "logs:PutLogEvents", Resource: `<${logs}.Arn>` },
];

/** Purpose and stage by value, and exactly the four names. */
const exactContext = {
  StringEquals: {
    "kms:EncryptionContext:purpose": "waxseal/provider-key",
    "kms:EncryptionContext:stage": "dev",
  },
  "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["purpose", "stage", "ownerId", "slot"] },
  Null: { "kms:EncryptionContext:ownerId": "false", "kms:EncryptionContext:slot": "false" },
};

const readStatus = {
  Effect: "Allow",
  Action: "dynamodb:Query",
  Resource: "<ProviderKeysTable.Arn>",
  Condition: {
    "ForAllValues:StringEquals": {
      "dynamodb:Attributes": [
        ...["ownerId", "slot", "state", "label", "savedAt", "expiresAt", "health"],
        ...["lastUsedAt", "lastUsedBy", "useCount"],
      ],
    },
    Null: { "dynamodb:Attributes": "false" },
    StringEquals: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
  },
};

describe("each role may do what its function does, and nothing else", () => {
  test("save writes whole records blindly and makes data keys", () => {
    expect(statementsOfRole("SaveRole")).toEqual([
      ...writeItsLogs("SaveLogs"),
      {
        Effect: "Allow",
        Action: "dynamodb:UpdateItem",
        Resource: "<ProviderKeysTable.Arn>",
        Condition: {
          "ForAllValues:StringEquals": {
            "dynamodb:Attributes": [
              ...["ownerId", "slot", "changeSeq", "lastChange", "iv", "ciphertext", "tag", "wrappedDataKey"],
              ...[
                "recordId",
                "sealId",
                "formatVersion",
                "state",
                "cipherSuite",
                "encryptionKeyId",
                "keyMaterialId",
              ],
              ...[
                "endpointId",
                "label",
                "savedAt",
                "expiresAt",
                "health",
                "lastUsedAt",
                "lastUsedBy",
                "useCount",
              ],
              "purgeAt",
            ],
          },
          Null: { "dynamodb:Attributes": "false" },
          StringEquals: { "dynamodb:ReturnValues": ["NONE"] },
        },
      },
      {
        Effect: "Allow",
        Action: "kms:GenerateDataKey",
        Resource: "<ProviderKeysEncryptionKey.Arn>",
        Condition: exactContext,
      },
    ]);
  });

  test("status reads the status attributes by owner", () => {
    expect(statementsOfRole("StatusRole")).toEqual([...writeItsLogs("StatusLogs"), readStatus]);
  });

  test("list reads the status attributes by owner", () => {
    expect(statementsOfRole("ListRole")).toEqual([...writeItsLogs("ListLogs"), readStatus]);
  });

  test("remove strips what is sealed, blindly", () => {
    expect(statementsOfRole("RemoveRole")).toEqual([
      ...writeItsLogs("RemoveLogs"),
      {
        Effect: "Allow",
        Action: "dynamodb:UpdateItem",
        Resource: "<ProviderKeysTable.Arn>",
        Condition: {
          "ForAllValues:StringEquals": {
            "dynamodb:Attributes": [
              ...["ownerId", "slot", "changeSeq", "lastChange", "iv", "ciphertext", "tag", "wrappedDataKey"],
              ...["state", "purgeAt"],
            ],
          },
          Null: { "dynamodb:Attributes": "false" },
          StringEquals: { "dynamodb:ReturnValues": ["NONE"] },
        },
      },
    ]);
  });

  test("provider-proxy claims a use, which returns the record, and opens its data key", () => {
    expect(statementsOfRole("ProviderProxyRole")).toEqual([
      ...writeItsLogs("ProviderProxyLogs"),
      {
        Effect: "Allow",
        Action: "dynamodb:UpdateItem",
        Resource: "<ProviderKeysTable.Arn>",
        Condition: {
          "ForAllValues:StringEquals": {
            "dynamodb:Attributes": [
              ...["ownerId", "slot", "changeSeq", "lastChange", "state", "expiresAt", "sealId", "health"],
              ...["lastUsedAt", "lastUsedBy", "useCount"],
            ],
          },
          Null: { "dynamodb:Attributes": "false" },
          StringEquals: { "dynamodb:ReturnValues": ["ALL_NEW", "NONE"] },
        },
      },
      {
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: "<ProviderKeysEncryptionKey.Arn>",
        Condition: exactContext,
      },
    ]);
  });
});

describe("over all roles", () => {
  test("there is one for each function, and no other", () => {
    expect(functions.map(([, { Properties }]) => Properties["Role"]).toSorted()).toEqual(
      roles.map(([id]) => `<${id}.Arn>`).toSorted(),
    );
    expect(functions).toHaveLength(Object.keys(functionEntries).length);
  });

  test("each is assumed by Lambda and has no managed policy", () => {
    for (const [, { Properties }] of roles) {
      expect(Properties["ManagedPolicyArns"]).toBeUndefined();
      expect(Properties["AssumeRolePolicyDocument"]).toEqual({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
        ],
      });
    }
  });

  test("each statement allows one action, by name, on one resource, by ARN", () => {
    expect(all.length).toBeGreaterThan(roles.length);
    for (const { statement } of all) {
      expect(statement.Effect).toBe("Allow");
      expect(statement.Action).toMatch(/^[a-z]+:[A-Za-z]+$/);
      expect(statement.Resource).toMatch(/^<[A-Za-z]+\.Arn>$/);
    }
  });

  test("only the proxy's can decrypt, and only save's makes data keys", () => {
    const kms = all.filter(({ statement }) => statement.Action.startsWith("kms:"));
    expect(kms.map(({ role, statement }) => [role, statement.Action])).toEqual([
      ["SaveRole", "kms:GenerateDataKey"],
      ["ProviderProxyRole", "kms:Decrypt"],
    ]);
  });

  test("none reads sealed attributes but by a claim", () => {
    const onTable = all.filter(({ statement }) => statement.Resource === "<ProviderKeysTable.Arn>");
    expect(onTable).toHaveLength(roles.length);
    for (const { role, statement } of onTable) {
      const named = statement.Condition?.["ForAllValues:StringEquals"]?.["dynamodb:Attributes"] ?? [];
      const returned = statement.Condition?.["StringEquals"]?.["dynamodb:ReturnValues"];
      if (statement.Action === "dynamodb:Query")
        expect(sealedAttributes.filter((name) => named.includes(name))).toEqual([]);
      else expect(returned).toEqual(role === "ProviderProxyRole" ? ["ALL_NEW", "NONE"] : ["NONE"]);
    }
  });

  test("no condition with ForAllValues holds because its key is absent", () => {
    const conditioned = all.filter(({ statement }) => statement.Condition);
    expect(conditioned).toHaveLength(7);
    for (const { statement } of conditioned) {
      expect(Object.values(statement.Condition?.["Null"] ?? {})).toContain("false");
    }
  });
});
