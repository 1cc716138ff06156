/** Stacks for tests, made by hand. */
import {
  localAccountId,
  localRegion,
  type BucketResource,
  type FunctionResource,
  type KmsKeyResource,
  type LocalStack,
  type Statement,
  type TableResource,
} from "../../local/stack.ts";
import { keyPolicyStatements } from "../../local/template/statements.ts";

export const rootArn = `arn:aws:iam::${localAccountId}:root`;
export const roleArnOf = (name: string) => `arn:aws:iam::${localAccountId}:role/${name}`;

export const emptyStack: LocalStack = {
  stackName: "Test",
  tables: [],
  kmsKeys: [],
  roles: [],
  functions: [],
  outputs: {},
};

/** `n` tells keys apart. Without statements, the account's identity policies decide. */
export function kmsKeyResource(
  n: number,
  statements: readonly unknown[] = [],
  spec?: KmsKeyResource["spec"],
): KmsKeyResource {
  const keyId = `1234abcd-12ab-34cd-56ef-${String(n).padStart(12, "0")}`;
  const delegation = { Effect: "Allow", Principal: { AWS: rootArn }, Action: "kms:*", Resource: "*" };
  const policyDocument = { Version: "2012-10-17", Statement: [delegation, ...statements] };
  const arn = `arn:aws:kms:${localRegion}:${localAccountId}:key/${keyId}`;
  const policy = keyPolicyStatements(policyDocument, "Policy");
  return { keyId, arn, policy, policyDocument, ...(spec && { spec }) };
}

/** `owner` and `slot` as its primary key, a stream with both images, `purgeAt` for TTL. */
export function tableResource(tableName: string): TableResource {
  return {
    tableName,
    arn: `arn:aws:dynamodb:${localRegion}:${localAccountId}:table/${tableName}`,
    keySchema: [
      { AttributeName: "owner", KeyType: "HASH" },
      { AttributeName: "slot", KeyType: "RANGE" },
    ],
    attributeDefinitions: [
      { AttributeName: "owner", AttributeType: "S" },
      { AttributeName: "slot", AttributeType: "S" },
    ],
    streamViewType: "NEW_AND_OLD_IMAGES",
    timeToLiveAttribute: "purgeAt",
  };
}

export function bucketResource(
  bucketName: string,
  kind: "plain" | "versioned" | "COMPLIANCE" | "GOVERNANCE",
  policy: readonly Statement[] = [],
): BucketResource {
  const lockEnabled = kind === "COMPLIANCE" || kind === "GOVERNANCE";
  return {
    ...{ bucketName, arn: `arn:aws:s3:::${bucketName}`, versioned: kind !== "plain", lockEnabled },
    ...(lockEnabled && { lock: { mode: kind, days: 1 } }),
    sendsEvents: true,
    policy,
  };
}

/** A function with a role of the same name, and that role's statements. */
export function functionWithRole(name: string, statements: readonly Statement[]) {
  const roleArn = roleArnOf(name);
  const fn: FunctionResource = {
    name,
    functionName: `test-${name}`,
    arn: `arn:aws:lambda:${localRegion}:${localAccountId}:function:test-${name}`,
    codeDirectory: "/none",
    handler: "index.handler",
    environment: {},
    timeoutSeconds: 3,
    memoryMegabytes: 128,
    roleArn,
  };
  return { fn, role: { logicalId: name, arn: roleArn, statements, trust: [], maxSessionSeconds: 3600 } };
}

export function allow(
  actions: readonly string[],
  resources: readonly string[],
  conditions: Statement["conditions"] = {},
): Statement {
  return { effect: "Allow", actions, resources, conditions };
}
