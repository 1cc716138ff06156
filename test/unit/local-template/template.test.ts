import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadStack, TemplateError } from "../../../local/template.ts";
import { assembly, resources, stackArtifact, type Resources } from "./assembly.ts";

const roleArn = "arn:aws:iam::111122223333:role/Waxseal-dev-Role";
const uuid = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
) as string;

describe("a synthesised assembly becomes the stack that runs locally", () => {
  test("tables, by their schema", () => {
    expect(loadStack(assembly()).tables).toEqual([
      {
        tableName: "Waxseal-dev-Table",
        arn: "arn:aws:dynamodb:us-east-1:111122223333:table/Waxseal-dev-Table",
        keySchema: [{ AttributeName: "ownerId", KeyType: "HASH" }],
        attributeDefinitions: [{ AttributeName: "ownerId", AttributeType: "S" }],
      },
    ]);
  });

  test("a table's stream and time to live, where they are on", () => {
    const table = (more: object) =>
      loadStack(
        assembly({ Table: { ...resources.Table, Properties: { ...resources.Table.Properties, ...more } } }),
      ).tables[0];
    const on = {
      StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
      TimeToLiveSpecification: { AttributeName: "purgeAt", Enabled: true },
    };
    expect(table(on)).toMatchObject({ streamViewType: "NEW_AND_OLD_IMAGES", timeToLiveAttribute: "purgeAt" });
    expect(
      table({ TimeToLiveSpecification: { AttributeName: "purgeAt", Enabled: false } }),
    ).not.toHaveProperty("timeToLiveAttribute");
    expect(table({ TableName: "named" })).toMatchObject({ tableName: "named" });
  });

  test("KMS keys, with an id that is the same every time, and their policy, resolved", () => {
    const [kmsKey] = loadStack(assembly()).kmsKeys;
    const condition = { ArnEquals: { "aws:PrincipalArn": [roleArn] } };
    const root = "arn:aws:iam::111122223333:root";
    expect(kmsKey).toEqual({
      keyId: uuid,
      arn: `arn:aws:kms:us-east-1:111122223333:key/${String(kmsKey?.keyId)}`,
      aliases: [],
      policy: [
        {
          effect: "Allow",
          principals: [root],
          actions: ["kms:Decrypt"],
          resources: ["*"],
          conditions: condition,
        },
      ],
      policyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { AWS: root },
            Action: "kms:Decrypt",
            Resource: "*",
            Condition: condition,
          },
        ],
      },
    });
    expect(loadStack(assembly()).kmsKeys[0]?.keyId).toBe(kmsKey?.keyId);
    expect(loadStack(assembly({ ...resources, Other: resources.Key })).kmsKeys[1]?.keyId).not.toBe(
      kmsKey?.keyId,
    );
  });

  test("a KMS key's aliases and its automatic rotation, where it is on", () => {
    const alias = (TargetKeyId: unknown, AliasName: string) => ({
      Type: "AWS::KMS::Alias",
      Properties: { AliasName, TargetKeyId },
    });
    const kmsKeyWith = (more: object) =>
      loadStack(
        assembly({
          ...resources,
          Key: { ...resources.Key, Properties: { ...resources.Key.Properties, ...more } },
          One: alias({ "Fn::GetAtt": ["Key", "Arn"] }, "alias/one"),
          Two: alias({ Ref: "Key" }, "alias/two"),
        }),
      ).kmsKeys[0];
    expect(kmsKeyWith({})).not.toHaveProperty("rotationPeriodDays");
    expect(kmsKeyWith({})?.aliases).toEqual(["alias/one", "alias/two"]);
    expect(kmsKeyWith({ EnableKeyRotation: true })?.rotationPeriodDays).toBe(365);
    expect(kmsKeyWith({ EnableKeyRotation: true, RotationPeriodInDays: 90 })?.rotationPeriodDays).toBe(90);
  });

  test("a table's protection against deletion, and its point-in-time recovery", () => {
    const more = {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    };
    const Table = { ...resources.Table, Properties: { ...resources.Table.Properties, ...more } };
    const protectedTable = { deletionProtection: true, pointInTimeRecovery: true };
    expect(loadStack(assembly({ Table })).tables[0]).toMatchObject(protectedTable);
  });

  test("outputs, resolved", () => {
    const url = { Type: "AWS::Lambda::Url" };
    const outputs = {
      Table: { Value: { Ref: "Table" }, Description: "its name", Export: { Name: "t" } },
      Role: { Value: { "Fn::Sub": "${AWS::Region}/${Role.Arn}" } },
      Url: { Value: { "Fn::GetAtt": ["Url", "FunctionUrl"] } },
    };
    const Url = { ...url, Properties: { AuthType: "AWS_IAM", TargetFunctionArn: "arn" } };
    expect(loadStack(assembly({ ...resources, Url }, undefined, outputs)).outputs).toEqual({
      Table: "Waxseal-dev-Table",
      Role: `us-east-1/${roleArn}`,
      Url: "https://url.lambda-url.us-east-1.on.aws/",
    });
    expect(() => loadStack(assembly(resources, undefined, { A: { Value: { Ref: "B" } } }))).toThrow(
      "Outputs.A: there is no resource B",
    );
    expect(() => loadStack(assembly(resources, undefined, { A: { Value: "a", Condition: "C" } }))).toThrow(
      "Outputs.A: Condition is not supported",
    );
  });

  test("who may assume a role: services and accounts, and for how long", () => {
    const trust = (...principals: object[]) => ({
      Version: "2012-10-17",
      Statement: principals.map((Principal) => ({ Effect: "Allow", Principal, Action: "sts:AssumeRole" })),
    });
    const role = (AssumeRolePolicyDocument: object, more: object = {}) =>
      loadStack(
        assembly({ Role: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument, ...more } } }),
      ).roles[0];
    const root = "arn:aws:iam::111122223333:root";
    const service = "lambda.amazonaws.com";
    const apart = role(trust({ Service: service }, { AWS: root }), { MaxSessionDuration: 7200 });
    expect(apart?.trust.map(({ principals }) => principals)).toEqual([[service], [root]]);
    expect(apart?.maxSessionSeconds).toBe(7200);
    const together = role(trust({ AWS: [root, roleArn], Service: [service] }));
    expect(together?.trust[0]).toEqual({
      effect: "Allow",
      principals: [root, roleArn, service],
      actions: ["sts:AssumeRole"],
      resources: ["*"],
      conditions: {},
    });
    expect(together?.maxSessionSeconds).toBe(3600);
    expect(() => role(trust({ Federated: "cognito" }))).toThrow("Federated is not supported");
  });

  test("roles, with the statements of their own policies and of those attached to them", () => {
    const trust = [
      {
        effect: "Allow",
        principals: ["lambda.amazonaws.com"],
        actions: ["sts:AssumeRole"],
        resources: ["*"],
        conditions: {},
      },
    ];
    const { AssumeRolePolicyDocument } = resources.Role.Properties;
    const Idle = { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument } };
    expect(loadStack(assembly({ ...resources, Idle })).roles).toEqual([
      {
        logicalId: "Role",
        arn: roleArn,
        trust,
        maxSessionSeconds: 3600,
        statements: [
          {
            effect: "Allow",
            actions: ["logs:PutLogEvents"],
            resources: ["arn:aws:logs:us-east-1:111122223333:log-group:Waxseal-dev-Logs:*"],
            conditions: {},
          },
          {
            effect: "Allow",
            actions: ["dynamodb:Query"],
            resources: ["arn:aws:dynamodb:us-east-1:111122223333:table/Waxseal-dev-Table"],
            conditions: {},
          },
        ],
      },
      {
        logicalId: "Idle",
        arn: "arn:aws:iam::111122223333:role/Waxseal-dev-Idle",
        trust,
        maxSessionSeconds: 3600,
        statements: [],
      },
    ]);
  });

  test("functions, with their bundle, environment and role", () => {
    const folder = assembly();
    expect(loadStack(folder).functions).toEqual([
      {
        name: "provider-proxy",
        functionName: "waxseal-dev-provider-proxy",
        arn: "arn:aws:lambda:us-east-1:111122223333:function:waxseal-dev-provider-proxy",
        codeDirectory: path.join(folder, "asset.abc"),
        handler: "provider-proxy.handler",
        environment: {
          WAXSEAL_TABLE: "Waxseal-dev-Table",
          KEY_ARN: expect.stringContaining("arn:aws:kms:us-east-1:111122223333:key/") as string,
        },
        timeoutSeconds: 310,
        memoryMegabytes: 512,
        roleArn,
        logGroup: "Waxseal-dev-Logs",
      },
    ]);
  });

  test("what has no meaning on one machine is left out", () => {
    const gateway = {
      Type: "AWS::ApiGateway::RestApi",
      Properties: { Name: { "Fn::ImportValue": "unread" } },
    };
    const { stackName, ...kinds } = loadStack(assembly({ Gateway: gateway, Logs: resources.Logs }));
    expect(stackName).toBe("Waxseal-dev");
    const none = { tables: [], kmsKeys: [], buckets: [], roles: [], functions: [], rules: [] };
    const noneOfAudit = { trails: [], alarms: [], metricFilters: [], eventSourceMappings: [] };
    expect(kinds).toEqual({ ...none, ...noneOfAudit, outputs: {} });
  });
});

/** The assembly with one resource changed. */
function changed(name: keyof typeof resources, properties: object, members: object = {}): Resources {
  const resource = resources[name];
  return {
    ...resources,
    [name]: { ...resource, ...members, Properties: { ...resource.Properties, ...properties } },
  };
}

describe("what is not known throws, naming it and the logical id", () => {
  test.each<[string, Resources, string]>([
    ["a resource type", { Queue: { Type: "AWS::SQS::Queue" } }, "Queue: AWS::SQS::Queue is not supported"],
    ["a conditional resource", changed("Table", {}, { Condition: "C" }), "Table: Condition is not supported"],
    [
      "an index",
      changed("Table", { LocalSecondaryIndexes: [] }),
      "Table: LocalSecondaryIndexes is not supported",
    ],
    [
      "a schema's type",
      changed("Table", { KeySchema: [{ AttributeName: "a", KeyType: "X" }] }),
      "Table.KeySchema: must be",
    ],
    [
      "a key's kind",
      changed("Key", { KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" }),
      "Key.KeySpec: must be",
    ],
    [
      "a managed policy",
      changed("Role", { ManagedPolicyArns: [] }),
      "Role: ManagedPolicyArns is not supported",
    ],
    [
      "a boundary",
      changed("Role", { PermissionsBoundary: "arn" }),
      "Role: PermissionsBoundary is not supported",
    ],
    ["a policy for users", changed("Policy", { Users: ["u"] }), "Policy: Users is not supported"],
    [
      "a policy for a stranger",
      changed("Policy", { Roles: ["stranger"] }),
      "Policy: there is no role stranger",
    ],
    ["a layer", changed("Function", { Layers: [] }), "Function: Layers is not supported"],
    [
      "a runtime",
      changed("Function", { Runtime: "python3.13" }),
      "Function.Runtime: must be one of nodejs24.x",
    ],
    [
      "a function's name",
      changed("Function", { FunctionName: "other" }),
      "Function: the function's name must begin with waxseal-dev-",
    ],
    [
      "a bundle that is nowhere",
      changed("Function", {}, { Metadata: {} }),
      "Function: aws:asset:path: must be a string",
    ],
    [
      "an attribute",
      changed("Function", { Role: { "Fn::GetAtt": ["Role", "RoleId"] } }),
      "Function.Role: Role.RoleId is not known",
    ],
    [
      "a reference to what has no name here",
      { ...changed("Function", { Role: { Ref: "Acl" } }), Acl: { Type: "AWS::WAFv2::WebACL" } },
      "Function.Role: Acl (AWS::WAFv2::WebACL) has no local name",
    ],
    [
      "a reference to nothing",
      changed("Function", { Role: { Ref: "Nothing" } }),
      "Function.Role: there is no resource Nothing",
    ],
    [
      "an intrinsic",
      changed("Policy", { Roles: { "Fn::GetAZs": "" } }),
      "Policy.Roles: Fn::GetAZs is not supported",
    ],
    ["a computed name", changed("Table", { TableName: { Ref: "Key" } }), "Table.TableName: must be a string"],
  ])("%s", (_what, written, message) => {
    expect(() => loadStack(assembly(written))).toThrow(TemplateError);
    expect(() => loadStack(assembly(written))).toThrow(message);
  });

  test("an assembly without a stack, or with two", () => {
    expect(() => loadStack(assembly(resources, {}))).toThrow("must have one stack, not 0");
    expect(() => loadStack(assembly(resources, { A: stackArtifact, B: stackArtifact }))).toThrow("not 2");
  });
});
