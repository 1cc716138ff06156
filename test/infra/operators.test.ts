import { describe, expect, test } from "vitest";
import { jobsSettings, besideAudit, ofType, synthesised, testSettings } from "./synthesised.ts";

interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string;
  readonly Resource: string | string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const stack = synthesised(jobsSettings);
const first = "<ProviderKeysEncryptionKey.Arn>";
const current = "<ProviderKeysEncryptionKeyKey2.Arn>";
const both = [first, current];

/** Without what a statement says besides. */
function statementsOf(name: string): PolicyStatement[] {
  return statementsOfRole(`Jobs${name}Role`);
}

function statementsOfRole(role: string): PolicyStatement[] {
  return ofType(stack, "AWS::IAM::Policy")
    .map(
      ([, { Properties }]) =>
        Properties as { Roles: string[]; PolicyDocument: { Statement: PolicyStatement[] } },
    )
    .filter(({ Roles }) => Roles.includes(`<${role}>`))
    .flatMap(({ PolicyDocument }) =>
      PolicyDocument.Statement.map(({ Sid: _sid, ...statement }) => statement),
    );
}

const exactContext = {
  StringEquals: {
    "kms:EncryptionContext:purpose": "waxseal/provider-key",
    "kms:EncryptionContext:stage": "dev",
  },
  "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["purpose", "stage", "ownerId", "slot"] },
  Null: { "kms:EncryptionContext:ownerId": "false", "kms:EncryptionContext:slot": "false" },
};

const kms = (action: string, resource: string | string[]) => ({
  Effect: "Allow",
  Action: `kms:${action}`,
  Resource: resource,
  Condition: exactContext,
});

const onTable = (action: string, attributes: readonly string[], conditions: Record<string, unknown>) => ({
  Effect: "Allow",
  Action: `dynamodb:${action}`,
  Resource: "<ProviderKeysTable.Arn>",
  Condition: {
    "ForAllValues:StringEquals": { "dynamodb:Attributes": attributes },
    Null: { "dynamodb:Attributes": "false" },
    StringEquals: conditions,
  },
});
const read = (action: string, attributes: readonly string[]) =>
  onTable(action, attributes, { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" });
const write = (attributes: readonly string[], returned: string) =>
  onTable("UpdateItem", attributes, { "dynamodb:ReturnValues": [returned] });

const wrapping = [
  ...["ownerId", "slot", "lastChange", "state", "cipherSuite", "sealId", "wrappedDataKey"],
  ...["encryptionKeyId", "keyMaterialId"],
];
const claim = write(["ownerId", "slot", "changeSeq", "lastChange", "state", "sealId"], "ALL_NEW");

const rewrapStatements = [
  read("Scan", wrapping),
  read("Query", wrapping),
  write(
    [
      ...["ownerId", "slot", "changeSeq", "lastChange", "sealId", "wrappedDataKey"],
      ...["encryptionKeyId", "keyMaterialId"],
    ],
    "NONE",
  ),
  kms("ReEncryptFrom", both),
  kms("ReEncryptTo", current),
  { Effect: "Allow", Action: "kms:DescribeKey", Resource: both },
];

describe("each operator's role may do what its job does, and nothing else", () => {
  test("rewrap sees wrappings and replaces them; it can neither decrypt, nor read or write a ciphertext", () => {
    const statements = statementsOf("rewrap");
    expect(statements).toEqual(rewrapStatements);
    const text = JSON.stringify(statements);
    for (const refused of ["Decrypt", "GenerateDataKey", "ciphertext", '"iv"', '"tag"', "*"])
      expect(text).not.toContain(refused);
  });

  test("reseal claims, opens, and writes everything sealed anew under the current KMS key", () => {
    expect(statementsOf("reseal")).toEqual([
      read("Scan", ["ownerId", "slot", "lastChange", "state", "cipherSuite", "sealId"]),
      read("Query", ["ownerId", "slot", "lastChange", "state", "cipherSuite", "sealId"]),
      claim,
      write(
        [
          ...["ownerId", "slot", "changeSeq", "lastChange", "iv", "ciphertext", "tag", "wrappedDataKey"],
          ...["state", "sealId", "formatVersion", "cipherSuite", "encryptionKeyId", "keyMaterialId"],
          "endpointId",
        ],
        "NONE",
      ),
      kms("Decrypt", both),
      kms("GenerateDataKey", current),
    ]);
  });

  test("import does what a save does, sees what is there, and can open nothing", () => {
    const [see, save, dataKeys, ...others] = statementsOf("import");
    expect(see).toEqual(read("Query", ["ownerId", "slot", "state", "savedAt", "importedAt"]));
    expect(save?.Action).toBe("dynamodb:UpdateItem");
    expect(save?.Condition?.["StringEquals"]).toEqual({ "dynamodb:ReturnValues": ["NONE"] });
    expect(dataKeys).toEqual(kms("GenerateDataKey", current));
    expect(others).toEqual([]);
  });

  test("import-verify and export open after a claim; import-verify cannot look for records", () => {
    expect(statementsOf("importverify")).toEqual([claim, kms("Decrypt", both)]);
    const [status, ...rest] = statementsOf("export");
    expect(status?.Action).toBe("dynamodb:Query");
    expect(rest).toEqual([claim, kms("Decrypt", both)]);
  });
});

describe("the function that rewraps", () => {
  const role = "RewrapWorkerRole";
  const onJobs = (action: string, conditions: object) => ({
    Effect: "Allow",
    Action: `dynamodb:${action}`,
    Resource: "<JobsTable.Arn>",
    Condition: conditions,
  });
  const itsKind = {
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["rewrap-*"] },
    Null: { "dynamodb:LeadingKeys": "false" },
  };
  const self = "arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:waxseal-dev-rewrap";
  const onItself = (action: string, qualifier: string) => ({
    Effect: "Allow",
    Action: `lambda:${action}`,
    Resource: `${self}:${qualifier}`,
  });

  test("may do what the operator's role may, keep its jobs, and run as a durable function; nothing else", () => {
    expect(statementsOfRole(role)).toEqual([
      ...rewrapStatements,
      onJobs("GetItem", itsKind),
      onJobs("UpdateItem", itsKind),
      onJobs("Scan", {
        "ForAllValues:StringEquals": { "dynamodb:Attributes": ["jobId", "kind", "state"] },
        Null: { "dynamodb:Attributes": "false" },
        StringEquals: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
      }),
      onItself("CheckpointDurableExecution", "*"),
      onItself("GetDurableExecutionState", "*"),
      onItself("InvokeFunction", "live"),
    ]);
  });

  test("is admitted by the key policies to rewrap, and to nothing else", () => {
    expect(stack.outputs["RewrappingRoles"]?.Value).toBe(`<JobsrewrapRole.Arn>,<${role}.Arn>`);
    for (const use of ["SavingRoles", "OpeningRoles"])
      expect(stack.outputs[use]?.Value).not.toContain("Rewrap");
  });

  test("is there unless the setting is off, and has a schedule unless it is manual", () => {
    const has = (rewrapSchedule: string) => {
      const made = synthesised({ ...testSettings, rewrapSchedule });
      const functions = ofType(made, "AWS::Lambda::Function").map(([id]) => id);
      const rules = besideAudit(made, "AWS::Events::Rule").map(([, { Properties }]) => Properties);
      return {
        hasFunction: functions.includes("RewrapWorkerFunction"),
        isSaid: "RewrapFunction" in made.outputs,
        schedules: rules.map(({ ScheduleExpression }) => ScheduleExpression),
      };
    };
    const there = { hasFunction: true, isSaid: true };
    expect(has("off")).toEqual({ hasFunction: false, isSaid: false, schedules: [] });
    expect(has("manual")).toEqual({ ...there, schedules: [] });
    expect(has("rate(7 days)")).toEqual({ ...there, schedules: ["rate(7 days)"] });
    expect(has("cron(0 3 ? * SUN *)")).toEqual({ ...there, schedules: ["cron(0 3 ? * SUN *)"] });
  });

  test("is durable, is told its tables, its KMS key and its share of the quota, and not the API's settings", () => {
    const { Properties = {} } = stack.resources["RewrapWorkerFunction"] ?? {};
    expect(Properties).toMatchObject({
      Timeout: 900,
      DurableConfig: { ExecutionTimeout: 30 * 86_400, RetentionPeriodInDays: 30 },
    });
    expect(Properties["Environment"]).toEqual({
      Variables: {
        POWERTOOLS_SERVICE_NAME: "waxseal-dev-rewrap",
        WAXSEAL_STAGE: "dev",
        WAXSEAL_TABLE: "<ProviderKeysTable>",
        WAXSEAL_JOBS_TABLE: "<JobsTable>",
        WAXSEAL_ENCRYPTION_KEY: current,
        WAXSEAL_KMS_RATE: "1000",
      },
    });
  });

  test("keeps the versions that executions began with, and is started once by its schedule, under its alias", () => {
    const [[, version] = ["", undefined]] = ofType(stack, "AWS::Lambda::Version");
    expect(version?.["DeletionPolicy"]).toBe("Retain");
    expect(stack.outputs["RewrapFunction"]?.Value).toBe("<RewrapLive>");
    const [[, rule] = ["", undefined]] = besideAudit(stack, "AWS::Events::Rule");
    expect(rule?.Properties["Targets"]).toEqual([
      {
        Arn: "<RewrapLive>",
        Id: "Target0",
        Input: '{"task":"rewrap"}',
        RetryPolicy: { MaximumRetryAttempts: 0 },
      },
    ]);
    const [[, invoked] = ["", undefined]] = ofType(stack, "AWS::Lambda::EventInvokeConfig");
    expect(invoked?.Properties["MaximumRetryAttempts"]).toBe(0);
    expect(JSON.stringify(invoked?.Properties["Qualifier"])).toContain("<RewrapLive>");
  });

  test("has its failures in the alarms", () => {
    const logs = ofType(stack, "AWS::Logs::MetricFilter").map(
      ([, { Properties }]) => Properties["LogGroupName"],
    );
    expect(logs.filter((name) => name === "<RewrapWorkerLogs>")).toHaveLength(4);
  });
});

describe("operators' roles", () => {
  const roles = (settings = testSettings) =>
    ofType(synthesised(settings), "AWS::IAM::Role").filter(([id]) => id.startsWith("Jobs"));

  test("are there only while they are switched on, but for rewrapping, which can open nothing", () => {
    expect(roles().map(([id]) => id)).toEqual(["JobsrewrapRole"]);
    expect(roles({ ...testSettings, jobs: ["import"] }).map(([id]) => id)).toEqual([
      "JobsrewrapRole",
      "JobsimportRole",
      "JobsimportverifyRole",
    ]);
  });

  test("are taken by whom the account lets, or by those alone that are named; for an hour at a time", () => {
    const trust = (operators: string[]) =>
      roles({ ...testSettings, operators }).map(([, { Properties }]) => [
        Properties["AssumeRolePolicyDocument"],
        Properties["MaxSessionDuration"],
      ]);
    const by = (principal: unknown) => [
      {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: principal } }],
      },
      3600,
    ];
    expect(trust([])).toEqual([by("arn:<AWS::Partition>:iam::<AWS::AccountId>:root")]);
    const operator = "arn:aws:iam::123456789012:role/Operator";
    expect(trust([operator])).toEqual([by(operator)]);
  });

  test("that may decrypt or seal are admitted by the key policies only while they are switched on", () => {
    const admitted = (settings = testSettings) => synthesised(settings).outputs["OpeningRoles"]?.Value;
    expect(admitted()).not.toContain("Jobs");
    expect(admitted(jobsSettings)).toContain(
      "<JobsresealRole.Arn>,<JobsimportverifyRole.Arn>,<JobsexportRole.Arn>",
    );
  });
});
