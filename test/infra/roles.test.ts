import { describe, expect, test } from "vitest";
import { sealedAttributes } from "../../lib/attributes.ts";
import { functionEntries } from "../../lib/routes.ts";
import { actingSettings, besideAudit, ofType, synthesised, type Resource } from "./synthesised.ts";

interface PolicyStatement {
  readonly Effect: string;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
}

const stack = synthesised(actingSettings);
const functions = besideAudit(stack, "AWS::Lambda::Function");
/** Those of functions; operators' roles are in `operators.test.ts`, the audit's in its own. */
const roles = besideAudit(stack, "AWS::IAM::Role").filter(([id]) => !id.startsWith("Jobs"));

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
        ...["ownerId", "slot", "state", "label", "order", "savedAt", "expiresAt", "health"],
        ...["lastUsedAt", "lastUsedBy", "useCount"],
      ],
    },
    Null: { "dynamodb:Attributes": "false" },
    StringEquals: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
  },
};

/** A write of these attributes that returns only what is said. */
const write = (attributes: readonly string[], returned: readonly string[]) => ({
  Effect: "Allow",
  Action: "dynamodb:UpdateItem",
  Resource: "<ProviderKeysTable.Arn>",
  Condition: {
    "ForAllValues:StringEquals": { "dynamodb:Attributes": attributes },
    Null: { "dynamodb:Attributes": "false" },
    StringEquals: { "dynamodb:ReturnValues": returned },
  },
});

const stripRecord = write(
  [
    ...["ownerId", "slot", "changeSeq", "lastChange", "iv", "ciphertext", "tag", "wrappedDataKey"],
    ...["state", "purgeAt"],
  ],
  ["NONE"],
);

/** The two statements of a use: the claim, the data key. */
const useKeys = [
  write(
    [
      ...["ownerId", "slot", "changeSeq", "lastChange", "state", "order", "expiresAt", "sealId", "health"],
      ...["lastUsedAt", "lastUsedBy", "useCount"],
    ],
    ["ALL_NEW", "NONE"],
  ),
  {
    Effect: "Allow",
    Action: "kms:Decrypt",
    Resource: "<ProviderKeysEncryptionKey.Arn>",
    Condition: exactContext,
  },
];

const count = (...leadingKeys: string[]) => ({
  Effect: "Allow",
  Action: "dynamodb:UpdateItem",
  Resource: "<RateLimitsTable.Arn>",
  Condition: {
    "ForAllValues:StringEquals": { "dynamodb:Attributes": ["key", "points", "expire"] },
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": leadingKeys },
    Null: { "dynamodb:Attributes": "false", "dynamodb:LeadingKeys": "false" },
    StringEquals: { "dynamodb:ReturnValues": ["ALL_NEW"] },
  },
});

/** Each notes what it refused, and can enter nothing else. */
const noteRefusals = {
  Sid: "EnterIntake",
  Effect: "Allow",
  Action: "dynamodb:PutItem",
  Resource: "<AuditTablesIntake.Arn>",
  Condition: {
    "ForAllValues:StringEquals": {
      "dynamodb:Attributes": [
        ...["intakeId", "type", "at", "ownerId", "actor", "caller", "requestId", "details", "purgeAt"],
      ],
    },
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["refused-*"] },
    Null: { "dynamodb:Attributes": "false", "dynamodb:LeadingKeys": "false" },
    StringEquals: { "dynamodb:ReturnValues": ["NONE"] },
  },
};

describe("each role may do what its function does, and nothing else", () => {
  test("save writes whole records blindly and makes data keys", () => {
    expect(statementsOfRole("SaveRole")).toEqual([
      ...writeItsLogs("SaveLogs"),
      write(
        [
          ...["ownerId", "slot", "changeSeq", "lastChange", "iv", "ciphertext", "tag", "wrappedDataKey"],
          ...["recordId", "sealId", "formatVersion", "state", "cipherSuite", "encryptionKeyId"],
          ...["keyMaterialId", "endpointId", "label", "order", "savedAt", "expiresAt", "health"],
          ...["lastUsedAt", "lastUsedBy", "useCount", "purgeAt", "importedAt"],
        ],
        ["NONE"],
      ),
      {
        Effect: "Allow",
        Action: "kms:GenerateDataKey",
        Resource: "<ProviderKeysEncryptionKey.Arn>",
        Condition: exactContext,
      },
      count("save:*", "failedAuthentication:*"),
      noteRefusals,
    ]);
  });

  test.each(["Status", "List"])("%s reads the status attributes by owner", (name) => {
    expect(statementsOfRole(`${name}Role`)).toEqual([
      ...writeItsLogs(`${name}Logs`),
      readStatus,
      count("failedAuthentication:*"),
      noteRefusals,
    ]);
  });

  test("describe writes its logs, and may do nothing at all", () => {
    expect(statementsOfRole("DescribeRole")).toEqual(writeItsLogs("DescribeLogs"));
  });

  test("update changes what its owner sets, blindly, and nothing sealed", () => {
    expect(statementsOfRole("UpdateRole")).toEqual([
      ...writeItsLogs("UpdateLogs"),
      write(["ownerId", "slot", "changeSeq", "lastChange", "state", "label", "order", "expiresAt"], ["NONE"]),
      count("update:*", "failedAuthentication:*"),
      noteRefusals,
    ]);
  });

  test("remove strips what is sealed, blindly", () => {
    expect(statementsOfRole("RemoveRole")).toEqual([
      ...writeItsLogs("RemoveLogs"),
      stripRecord,
      count("remove:*", "failedAuthentication:*"),
      noteRefusals,
    ]);
  });

  test("verify claims a use, which returns the record, and opens its data key", () => {
    expect(statementsOfRole("VerifyRole")).toEqual([
      ...writeItsLogs("VerifyLogs"),
      ...useKeys,
      count("verify:*", "failedAuthentication:*"),
      noteRefusals,
    ]);
  });

  test("provider-proxy does the same, and asks for the owner's order of several", () => {
    expect(statementsOfRole("ProviderProxyRole")).toEqual([
      ...writeItsLogs("ProviderProxyLogs"),
      ...useKeys,
      readStatus,
      count("proxy:*", "failedAuthentication:*"),
      noteRefusals,
    ]);
  });

  test("acting-proxy too, and counts no failed authentication, which IAM refuses before it", () => {
    expect(statementsOfRole("ActingProxyRole")).toEqual([
      ...writeItsLogs("ActingProxyLogs"),
      ...useKeys,
      readStatus,
      count("proxy:*"),
      noteRefusals,
    ]);
  });

  test("delete-owner finds an owner's records and strips each, blindly", () => {
    expect(statementsOfRole("DeleteOwnerRole")).toEqual([
      ...writeItsLogs("DeleteOwnerLogs"),
      readStatus,
      stripRecord,
      noteRefusals,
    ]);
  });
});

describe("over all roles", () => {
  test("there is one for each function, and no other", () => {
    expect(functions.map(([, { Properties }]) => Properties["Role"]).toSorted()).toEqual(
      roles.map(([id]) => `<${id}.Arn>`).toSorted(),
    );
    expect(functions).toHaveLength(Object.keys(functionEntries).length - 1);
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

  test("only those that use keys can decrypt, and only save's makes data keys", () => {
    const kms = all.filter(({ statement }) => statement.Action.startsWith("kms:"));
    expect(kms.map(({ role, statement }) => [role, statement.Action])).toEqual([
      ["SaveRole", "kms:GenerateDataKey"],
      ["VerifyRole", "kms:Decrypt"],
      ["ProviderProxyRole", "kms:Decrypt"],
      ["ActingProxyRole", "kms:Decrypt"],
    ]);
  });

  test("none reads sealed attributes but by a claim", () => {
    const onTable = all.filter(({ statement }) => statement.Resource === "<ProviderKeysTable.Arn>");
    expect(new Set(onTable.map(({ role }) => role)).size).toBe(roles.length - 1);
    const claiming = ["VerifyRole", "ProviderProxyRole", "ActingProxyRole"];
    for (const { role, statement } of onTable) {
      const named = statement.Condition?.["ForAllValues:StringEquals"]?.["dynamodb:Attributes"] ?? [];
      const returned = statement.Condition?.["StringEquals"]?.["dynamodb:ReturnValues"];
      if (statement.Action === "dynamodb:Query")
        expect(sealedAttributes.filter((name) => named.includes(name))).toEqual([]);
      else expect(returned).toEqual(claiming.includes(role) ? ["ALL_NEW", "NONE"] : ["NONE"]);
    }
  });

  test("only save and the removals name sealed attributes", () => {
    const naming = all.filter(({ statement }) => {
      const named = statement.Condition?.["ForAllValues:StringEquals"]?.["dynamodb:Attributes"] ?? [];
      return sealedAttributes.some((name) => named.includes(name));
    });
    expect(naming.map(({ role }) => role)).toEqual(["SaveRole", "RemoveRole", "DeleteOwnerRole"]);
  });

  test("no condition with ForAllValues holds because its key is absent", () => {
    const conditioned = all.filter(({ statement }) => statement.Condition);
    expect(conditioned).toHaveLength(all.length - 2 * roles.length);
    for (const { statement } of conditioned) {
      const asked = statement.Condition?.["Null"] ?? {};
      expect(Object.values(asked)).toContain("false");
      for (const [operator, block] of Object.entries(statement.Condition ?? {})) {
        if (!operator.startsWith("ForAllValues:") || statement.Action.startsWith("kms:")) continue;
        for (const conditionKey of Object.keys(block)) expect(asked[conditionKey]).toBe("false");
      }
    }
  });
});
