/** Who reads the audit, who erases and what expires: each role whole. */
import { describe, expect, test } from "vitest";
import { activityReadAttributes } from "../../lib/audit-attributes.ts";
import { statusAttributes } from "../../lib/attributes.ts";
import { ofType, synthesised, testSettings, type Synthesised } from "./synthesised.ts";

const plain = synthesised(testSettings);
const operators = ["arn:aws:iam::123456789012:role/Operators"];
const auditors = ["arn:aws:iam::123456789012:role/Auditors"];
const erasing = synthesised({ ...testSettings, jobs: ["audit-erase"], operators, auditors });
const signing = synthesised({ ...testSettings, checkpointSchedule: "rate(1 hour)" });
const expiring = synthesised({
  ...testSettings,
  checkpointSchedule: "rate(1 hour)",
  auditRetentionDays: 400,
});

interface Policy {
  readonly Roles?: readonly string[];
  readonly PolicyDocument: { readonly Statement: readonly Record<string, unknown>[] };
}

/** What is attached to the role; the lines of logs, which are its own, apart. */
function statementsOf(stack: Synthesised, role: string): Record<string, unknown>[] {
  const policies = ofType(stack, "AWS::IAM::Policy").map(
    ([, { Properties }]) => Properties as unknown as Policy,
  );
  return policies
    .filter(({ Roles }) => Roles?.includes(`<${role}>`))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .map(({ Sid: _sid, Effect: _effect, ...statement }) => statement);
}

const only = (attributes: readonly string[], more: Record<string, unknown>) => ({
  "ForAllValues:StringEquals": { "dynamodb:Attributes": [...attributes] },
  Null: { "dynamodb:Attributes": "false" },
  StringEquals: more,
});
const entry = ["intakeId", "type", "at", "ownerId", "actor", "caller", "requestId", "details", "purgeAt"];
const under = (...intakeIds: string[]) => ({
  "ForAllValues:StringLike": { "dynamodb:LeadingKeys": intakeIds },
});
const enters = (...intakeIds: string[]) => ({
  Action: "dynamodb:PutItem",
  Resource: "<AuditTablesIntake.Arn>",
  Condition: {
    ...only(entry, { "dynamodb:ReturnValues": ["NONE"] }),
    ...under(...intakeIds),
    Null: { "dynamodb:Attributes": "false", "dynamodb:LeadingKeys": "false" },
  },
});

describe("the function that shows a person their activity", () => {
  test("queries one index for listed attributes, enters that it read, counts; and nothing else", () => {
    expect(statementsOf(plain, "ActivityRole")).toEqual([
      {
        Action: "dynamodb:Query",
        Resource: "<AuditTablesLog.Arn>/index/byOwner",
        Condition: only(activityReadAttributes, { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" }),
      },
      enters("read-*"),
      expect.objectContaining({ Action: "dynamodb:UpdateItem", Resource: "<RateLimitsTable.Arn>" }),
    ]);
  });

  test("what it may read has nothing of a request, nothing of KMS and nothing sealed", () => {
    expect([...activityReadAttributes].toSorted()).toEqual([
      "actor",
      "at",
      "caller",
      "eventSeq",
      "name",
      "ownerId",
      "provider",
      "recordId",
      "type",
      "useId",
    ]);
  });
});

describe("the role that erases", () => {
  test("is not there unless it is switched on", () => {
    expect(plain.outputs).not.toHaveProperty("AuditEraseRole");
    const actions = ofType(plain, "AWS::IAM::Policy").flatMap(([, { Properties }]) =>
      (Properties as unknown as Policy).PolicyDocument.Statement.map(({ Action }) => Action),
    );
    expect(actions).not.toContain("dynamodb:DeleteItem");
  });

  test("finds the names of events and deletes them, sees what an owner still has, and says so; for the operators alone", () => {
    const names = ["recordId", "eventSeq", "ownerId"];
    const select = { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" };
    const named = { Resource: "<AuditTablesLog.Arn>", Condition: only(names, select) };
    expect(erasing.outputs["AuditEraseRole"]).toEqual({ Value: "<AuditEraserRole.Arn>" });
    expect(statementsOf(erasing, "AuditEraserRole")).toEqual([
      { ...named, Action: "dynamodb:Query", Resource: "<AuditTablesLog.Arn>/index/byOwner" },
      {
        ...named,
        Action: "dynamodb:Query",
        Condition: only([...names, "witnessId"], select),
      },
      {
        Action: "dynamodb:Query",
        Resource: "<AuditTablesLog.Arn>",
        Condition: {
          ...only(["recordId", "eventSeq", "at", "actor", "caller", "details"], select),
          ...under("intake-erased-*"),
          Null: { "dynamodb:Attributes": "false", "dynamodb:LeadingKeys": "false" },
        },
      },
      {
        Action: "dynamodb:DeleteItem",
        Resource: "<AuditTablesLog.Arn>",
        Condition: only(names, { "dynamodb:ReturnValues": ["NONE"] }),
      },
      {
        Action: "dynamodb:GetItem",
        Resource: "<AuditTablesIntake.Arn>",
        Condition: { ...under("erased-*"), Null: { "dynamodb:LeadingKeys": "false" } },
      },
      enters("erased-*", "read-*"),
      {
        Action: "dynamodb:Query",
        Resource: "<ProviderKeysTable.Arn>",
        Condition: only(statusAttributes, { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" }),
      },
    ]);
    const trust = erasing.resources["AuditEraserRole"]?.Properties["AssumeRolePolicyDocument"];
    expect(JSON.stringify(trust)).toContain(operators[0]);
    expect(JSON.stringify(trust)).not.toContain(auditors[0]);
  });
});

describe("the auditor's role", () => {
  test("is always there, for the auditors alone, and changes nothing but the intake, which it appends to", () => {
    expect(plain.outputs["AuditorRole"]).toEqual({ Value: "<AuditAuditorRole.Arn>" });
    const trust = erasing.resources["AuditAuditorRole"]?.Properties["AssumeRolePolicyDocument"];
    expect(JSON.stringify(trust)).toContain(auditors[0]);
    expect(JSON.stringify(trust)).not.toContain(operators[0]);
    const statements = statementsOf(signing, "AuditAuditorRole");
    const writing = statements.filter(
      ({ Action }) => !/:(Get|Query|Scan|List|BatchGet|Describe)/.test(String(Action)),
    );
    expect(writing).toEqual([enters("read-*")]);
  });
});

describe("the job that signs checkpoints", () => {
  const more = () => {
    const always = statementsOf(signing, "AuditCheckpointsFunctionRole").map((one) => JSON.stringify(one));
    return statementsOf(expiring, "AuditCheckpointsFunctionRole").filter(
      (one) => !always.includes(JSON.stringify(one)),
    );
  };

  test("with retention may give events their time, say so, and keep where it is; no more", () => {
    const place = {
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["expiry"] },
      Null: { "dynamodb:LeadingKeys": "false" },
    };
    expect(more()).toEqual([
      enters("checkpoint-*", "expired-*"),
      { Action: "dynamodb:BatchGetItem", Resource: "<AuditTablesLog.Arn>" },
      {
        Action: "dynamodb:UpdateItem",
        Resource: "<AuditTablesLog.Arn>",
        Condition: only(["recordId", "eventSeq", "purgeAt"], { "dynamodb:ReturnValues": ["NONE"] }),
      },
      { Action: "dynamodb:GetItem", Resource: "<AuditTablesLedger.Arn>", Condition: place },
      { Action: "dynamodb:PutItem", Resource: "<AuditTablesLedger.Arn>", Condition: place },
    ]);
  });
});
