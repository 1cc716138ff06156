/** Who may do what in the audit, over all roles of the stack at once; each guarantee is seen to fail where the template breaks it. */
import { describe, expect, test } from "vitest";
import { byOwnerIndex, byWitnessIndex } from "../../lib/audit-attributes.ts";
import { headAttributes, sealedAttributes } from "../../lib/attributes.ts";
import { drop, give, grantsIn, named, type Guarantee, type Statement, type Template } from "./grants.ts";
import { actingSettings, ofType, synthesised, type Resource } from "./synthesised.ts";

/** With all that there is of the audit, and every operator's role. */
const stack = synthesised({
  ...actingSettings,
  ...{ checkpointSchedule: "rate(1 hour)", auditRetentionDays: 400, trail: "create" },
  ...{ jobs: ["reseal", "import", "export", "audit-erase"], rewrapSchedule: "manual" },
});

const ofRole = (template: Template, role: string) =>
  grantsIn(template)
    .filter((grant) => grant.role === role && !grant.action.startsWith("logs:"))
    .map(({ role: _role, ...grant }) => grant);

const log = "<AuditTablesLog.Arn>";
const evidence = "<AuditEvidence.Arn>";
const failures = "<AuditRecorderFailures.Arn>";
const recorder = "AuditRecorderFunctionRole";
const checkpoint = "AuditCheckpointsFunctionRole";
const reconcile = "AuditWitnessReconcileRole";
const signingKey = "<AuditCheckpointsSigningKey.Arn>";

const once = { Null: { "s3:if-none-match": "false" } };
const plain = (action: string, resource: string) => ({ action, resource, condition: undefined });
const streams = ["<ProviderKeysTable", "<AuditTablesIntake", "<AuditTablesLog"].map(
  (table) => `${table}.StreamArn>`,
);

const guarantees: Readonly<Record<string, Guarantee>> = {
  "the recorder reads the three streams, puts events and, once each, manifests, and may see an erasure: no more":
    {
      of: (template) =>
        ofRole(template, recorder).toSorted((one, other) => (one.action < other.action ? -1 : 1)),
      is: [
        ...streams.map((stream) => plain("dynamodb:DescribeStream", stream)),
        {
          ...{ action: "dynamodb:GetItem", resource: "<AuditTablesIntake.Arn>" },
          condition: {
            "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["erased-*"] },
            Null: { "dynamodb:LeadingKeys": "false" },
          },
        },
        ...streams.map((stream) => plain("dynamodb:GetRecords", stream)),
        ...streams.map((stream) => plain("dynamodb:GetShardIterator", stream)),
        plain("dynamodb:ListStreams", "*"),
        plain("dynamodb:PutItem", log),
        plain("s3:ListBucket", failures),
        { ...plain("s3:PutObject", `${evidence}/manifests/*`), condition: once },
        plain("s3:PutObject", `${failures}/*`),
      ],
      spoil: give(recorder, "dynamodb:GetItem", "<ProviderKeysTable.Arn>"),
    },
  "no role of the audit uses a KMS key, but the job that signs, and the auditor its public half": {
    of: (template) => named(template, /./, /^kms:/).filter((one) => one.startsWith("Audit")),
    is: [
      `AuditAuditorRole kms:GetPublicKey ${signingKey}`,
      `${checkpoint} kms:GetPublicKey ${signingKey}`,
      `${checkpoint} kms:Sign ${signingKey}`,
    ],
    spoil: give(recorder, "kms:Decrypt", "<ProviderKeysEncryptionKey.Arn>"),
  },
  "one role alone may sign": {
    of: (template) => named(template, /./, /^kms:(Sign|\*)$/),
    is: [`${checkpoint} kms:Sign ${signingKey}`],
    spoil: give("SaveRole", "kms:Sign", signingKey),
  },
  "and the KMS key refuses every other, and grants": {
    of: ({ resources }) => {
      const { Statement } = resources["AuditCheckpointsSigningKey"]?.Properties["KeyPolicy"] as {
        Statement: Statement[];
      };
      return Statement.filter(({ Effect }) => Effect === "Deny").map(({ Action, Condition }) => [
        Action,
        Condition,
      ]);
    },
    is: [
      ["kms:Sign", { ArnNotEquals: { "aws:PrincipalArn": `<${checkpoint}.Arn>` } }],
      ["kms:CreateGrant", undefined],
    ],
    spoil: drop("AWS::KMS::Key", "KeyPolicy", "OnlyTheJobSigns"),
  },
  "an event is put by the recorder alone, given a time to go by the job, deleted by who erases": {
    of: (template) => named(template, /^<AuditTablesLog\.Arn>/, /:(?!Query|Scan|GetItem|BatchGetItem)/),
    is: [
      `AuditEraserRole dynamodb:DeleteItem ${log}`,
      `${checkpoint} dynamodb:UpdateItem ${log}`,
      `${recorder} dynamodb:PutItem ${log}`,
    ].toSorted(),
    spoil: give("AuditAuditorRole", "dynamodb:UpdateItem", log),
  },
  "and the time to go is all that the job changes, the deleted event all that is named": {
    of: (template) =>
      grantsIn(template)
        .filter(({ resource, action }) => resource === log && /(Update|Delete)Item$/.test(action))
        .map(({ condition }) => condition?.["ForAllValues:StringEquals"]?.["dynamodb:Attributes"]),
    is: expect.arrayContaining([
      ["recordId", "eventSeq", "purgeAt"],
      ["recordId", "eventSeq", "ownerId"],
    ]) as unknown,
    spoil: (resources) => {
      for (const { Type, Properties } of Object.values(resources))
        if (Type === "AWS::IAM::Policy")
          for (const statement of (Properties["PolicyDocument"] as { Statement: Statement[] }).Statement)
            if (statement.Action === "dynamodb:UpdateItem" && statement.Resource === log)
              Object.assign(statement, { Condition: undefined });
    },
  },
  "evidence is written by who makes it, none over another, and deleted by nobody": {
    of: (template) =>
      grantsIn(template)
        .filter(({ resource, action }) => resource.startsWith(evidence) && !/^s3:(Get|List)/.test(action))
        .map(({ role, action, resource, condition }) => [
          role,
          action,
          resource.slice(evidence.length),
          condition,
        ])
        .toSorted(),
    is: [
      [checkpoint, "s3:PutObject", "/checkpoints/*", once],
      [checkpoint, "s3:PutObject", "/public-key.pem*", once],
      [recorder, "s3:PutObject", "/manifests/*", once],
    ],
    spoil: give(recorder, "s3:DeleteObjectVersion", `${evidence}/*`),
  },
  "what is entered goes by how its id begins, and each beginning is of its own writer": {
    of: (template) =>
      grantsIn(template)
        .filter(
          ({ resource, action }) => resource === "<AuditTablesIntake.Arn>" && action === "dynamodb:PutItem",
        )
        .flatMap(({ role, condition }) => {
          const may = condition?.["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"] as
            string[] | undefined;
          const isNeeded = condition?.["Null"]?.["dynamodb:LeadingKeys"] === "false";
          return (
            (isNeeded ? may : undefined)?.map((beginning) => `${role} ${beginning}`) ?? [`${role} anything`]
          );
        })
        // That it refused something is every function's to say.
        .filter((entry) => !entry.endsWith(" refused-*"))
        .toSorted(),
    is: [
      ...["read-*"].map((beginning) => `ActivityRole ${beginning}`),
      ...["read-*"].map((beginning) => `AuditAuditorRole ${beginning}`),
      ...["checkpoint-*", "expired-*"].map((beginning) => `${checkpoint} ${beginning}`),
      ...["erased-*", "read-*"].map((beginning) => `AuditEraserRole ${beginning}`),
      ...["unaccounted-*", "late-*", "changed-*", "missing-*", "role-*"].map(
        (beginning) => `${reconcile} ${beginning}`,
      ),
    ].toSorted(),
    spoil: give("ActivityRole", "dynamodb:PutItem", "<AuditTablesIntake.Arn>", {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["erased-1"] },
    }),
  },
  "the auditor reads events, evidence, the trail and how far records are, leaves word of it, and changes nothing":
    {
      of: (template) =>
        ofRole(template, "AuditAuditorRole")
          .map(({ action, resource }) => `${action} ${resource}`)
          .toSorted(),
      is: [
        "cloudtrail:ListPublicKeys *",
        `dynamodb:BatchGetItem ${log}`,
        `dynamodb:GetItem ${log}`,
        "dynamodb:PutItem <AuditTablesIntake.Arn>",
        `dynamodb:Query <AuditTablesLedger.Arn>`,
        `dynamodb:Query ${log}`,
        `dynamodb:Query ${log}/index/${byOwnerIndex.indexName}`,
        `dynamodb:Query ${log}/index/${byWitnessIndex.indexName}`,
        "dynamodb:Scan <AuditTablesLedger.Arn>",
        `dynamodb:Scan ${log}`,
        "dynamodb:Scan <ProviderKeysTable.Arn>",
        `kms:GetPublicKey ${signingKey}`,
        `s3:GetObject ${evidence}/*`,
        "s3:GetObject <AuditTrailBucket.Arn>/*",
        `s3:GetObjectVersion ${evidence}/*`,
        `s3:ListBucket ${evidence}`,
        "s3:ListBucket <AuditTrailBucket.Arn>",
        `s3:ListBucketVersions ${evidence}`,
      ].toSorted(),
      spoil: give("AuditAuditorRole", "dynamodb:DeleteItem", log),
    },
  "of the records roles of the audit see how far each is, or an owner's status; nothing that is sealed": {
    of: (template) =>
      grantsIn(template)
        .filter(({ role, resource }) => role.startsWith("Audit") && resource === "<ProviderKeysTable.Arn>")
        .map(({ role, action, condition }) => {
          const seen = condition?.["ForAllValues:StringEquals"]?.["dynamodb:Attributes"] as
            string[] | undefined;
          const sealed = sealedAttributes.filter((name) => seen?.includes(name) ?? true);
          return [role, action, sealed, condition?.["StringEquals"]?.["dynamodb:Select"]];
        })
        .toSorted(),
    is: [
      ["AuditAuditorRole", "dynamodb:Scan", [], "SPECIFIC_ATTRIBUTES"],
      ["AuditEraserRole", "dynamodb:Query", [], "SPECIFIC_ATTRIBUTES"],
    ],
    spoil: give("AuditAuditorRole", "dynamodb:GetItem", "<ProviderKeysTable.Arn>"),
  },
};

describe("in the audit", () => {
  test.each(Object.entries(guarantees))("%s", (_sentence, { of, is, spoil }) => {
    expect(of(stack)).toEqual(is);
    const resources = structuredClone(stack.resources) as Record<string, Resource>;
    spoil(resources);
    expect(of({ resources })).not.toEqual(is);
  });

  test("what the auditor sees of a record is its number and its last change", () => {
    expect(headAttributes.filter((name) => (sealedAttributes as readonly string[]).includes(name))).toEqual(
      [],
    );
  });

  test("every role allows actions by name, none by a wildcard", () => {
    const audit = grantsIn(stack).filter(({ role }) => role.startsWith("Audit"));
    expect(audit.length).toBeGreaterThan(50);
    for (const { action } of audit) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
  });

  test("each function has a role of its own, which Lambda alone assumes", () => {
    const functions = ofType(stack, "AWS::Lambda::Function").filter(([id]) => id.startsWith("Audit"));
    const roles = functions.map(([, { Properties }]) => String(Properties["Role"]).slice(1, -5));
    expect(new Set(roles).size).toBe(4);
    for (const role of roles) {
      const trust = stack.resources[role]?.Properties["AssumeRolePolicyDocument"] as {
        Statement: Statement[];
      };
      expect(trust.Statement.map(({ Principal }) => Principal)).toEqual([
        { Service: "lambda.amazonaws.com" },
      ]);
    }
  });
});
