/**
 * What each role's own policy says: one action a statement, one resource, and conditions that hold
 * also when the key they look at is absent.
 *
 * Of DynamoDB's condition keys (Developer Guide, "Using IAM policy conditions for fine-grained access
 * control"; IAM, "Multivalued context keys"):
 * - `dynamodb:Attributes` holds the names in the request: those of the primary key and of every
 *   expression. Hence each list has the primary key.
 * - `ForAllValues` is true when there is no value at all. `Null … false` asks for at least one.
 * - `dynamodb:ReturnValues` and `dynamodb:Select` decide what comes back, which `dynamodb:Attributes`
 *   does not see. `StringEquals` (and not `…IfExists`, as in AWS's examples) makes the caller state them.
 * - No condition key covers `ReturnValuesOnConditionCheckFailure`: by a write that fails, a role with
 *   `UpdateItem` can be shown a record as it is stored, sealed. What is sealed opens for nobody whom
 *   the KMS key's policy does not name.
 */
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  auditedAttributes,
  importReadAttributes,
  jobClaimAttributes,
  removeAttributes,
  resealAttributes,
  rewrapAttributes,
  saveAttributes,
  statusAttributes,
  suiteAttributes,
  unfinishedAttributes,
  updateAttributes,
  useAttributes,
  wrappingAttributes,
} from "../lib/attributes.ts";
import type { LimitName } from "../lib/settings.ts";
import { encryptionPurpose } from "./key-policy.ts";

type Conditions = Record<string, Record<string, unknown>>;

/** Writes whole records, and gets nothing back. */
export function saveRecord(tableArn: string): PolicyStatement {
  return updateItem(tableArn, saveAttributes, ["NONE"]);
}

/** Changes what its owner sets of a record, and gets nothing back. */
export function updateRecord(tableArn: string): PolicyStatement {
  return updateItem(tableArn, updateAttributes, ["NONE"]);
}

/** Strips what is sealed, and gets nothing back. */
export function removeRecord(tableArn: string): PolicyStatement {
  return updateItem(tableArn, removeAttributes, ["NONE"]);
}

/** The claim reads and marks in one call; what follows from a use (its health) gets nothing back. */
export function claimRecord(tableArn: string): PolicyStatement {
  return updateItem(tableArn, useAttributes, ["ALL_NEW", "NONE"]);
}

/** Replaces the wrapping of a data key, and gets nothing back. */
export function rewrapRecord(tableArn: string): PolicyStatement {
  return updateItem(tableArn, rewrapAttributes, ["NONE"]);
}

/** A job's claim: leaves its trace, and gets the record for it. */
export function claimForJob(tableArn: string): PolicyStatement {
  return updateItem(tableArn, jobClaimAttributes, ["ALL_NEW"]);
}

/** Replaces everything sealed, and gets nothing back. */
export function resealRecord(tableArn: string): PolicyStatement {
  return updateItem(tableArn, resealAttributes, ["NONE"]);
}

/** Reads by owner, and nothing that is sealed. */
export function readStatus(tableArn: string): PolicyStatement {
  return read("dynamodb:Query", tableArn, statusAttributes);
}

/** Reads how every data key is wrapped, and no ciphertext; one record again, or all. */
export function readWrappings(tableArn: string): PolicyStatement[] {
  return [
    read("dynamodb:Scan", tableArn, wrappingAttributes, "ScanWrappings"),
    read("dynamodb:Query", tableArn, wrappingAttributes, "QueryWrappings"),
  ];
}

/** Finds what has another suite. */
export function readSuites(tableArn: string): PolicyStatement[] {
  return [
    read("dynamodb:Scan", tableArn, suiteAttributes, "ScanSuites"),
    read("dynamodb:Query", tableArn, suiteAttributes, "QuerySuites"),
  ];
}

/** Sees what an owner has already. */
export function readForImport(tableArn: string): PolicyStatement {
  return read("dynamodb:Query", tableArn, importReadAttributes);
}

/** A job's own record of itself: those of one kind, whose ids begin with its name. */
export function keepJobs(tableArn: string, kind: string): PolicyStatement[] {
  const ofThisKind = {
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [`${kind}-*`] },
    Null: { "dynamodb:LeadingKeys": "false" },
  };
  return [
    allow("dynamodb:GetItem", tableArn, ofThisKind, "ReadJobs"),
    allow("dynamodb:UpdateItem", tableArn, ofThisKind, "KeepJobs"),
  ];
}

/** Finds the jobs that are not finished: of every job of every kind no more than that. */
export function findJobs(tableArn: string): PolicyStatement {
  return read("dynamodb:Scan", tableArn, unfinishedAttributes, "FindJobs");
}

/**
 * Counts, and gets the count back: the counters of these limits, whose partition keys begin with their names
 * (`dynamodb:LeadingKeys` holds the partition keys of a request). `key`, `points` and `expire` are the
 * attributes of `RateLimiterDynamo` (rate-limiter-flexible 11; a test holds this against its requests).
 */
export function countAgainstLimits(tableArn: string, names: readonly LimitName[]): PolicyStatement {
  return allow("dynamodb:UpdateItem", tableArn, {
    "ForAllValues:StringEquals": { "dynamodb:Attributes": ["key", "points", "expire"] },
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": names.map((name) => `${name}:*`) },
    Null: { "dynamodb:Attributes": "false", "dynamodb:LeadingKeys": "false" },
    StringEquals: { "dynamodb:ReturnValues": ["ALL_NEW"] },
  });
}

export function makeDataKeys(kmsKeyArn: string, stage: string): PolicyStatement {
  return allow("kms:GenerateDataKey", kmsKeyArn, exactContext(stage));
}

export function openDataKeys(kmsKeyArn: string, stage: string): PolicyStatement {
  return allow("kms:Decrypt", kmsKeyArn, exactContext(stage));
}

/** From one KMS key to another, or to itself: each end is a permission of its own, and neither needs `Decrypt`. */
export function rewrapDataKeys(fromArns: readonly string[], toArn: string, stage: string): PolicyStatement[] {
  const context = exactContext(stage);
  return [
    ...fromArns.map((arn) => allow("kms:ReEncryptFrom", arn, context)),
    allow("kms:ReEncryptTo", toArn, context, "ReEncryptTo"),
  ];
}

/** Sees which key material is current, and that the KMS key is enabled. */
export function describeKmsKey(kmsKeyArn: string): PolicyStatement {
  return allow("kms:DescribeKey", kmsKeyArn);
}

/** @param sid - where the CDK would make one statement of two that differ in the action only. */
export function allow(
  action: string,
  resource: string,
  conditions: Conditions = {},
  sid?: string,
): PolicyStatement {
  return new PolicyStatement({ ...(sid && { sid }), actions: [action], resources: [resource], conditions });
}

/** Of the records what the audit is held against, and nothing sealed. */
export function readForAudit(tableArn: string): PolicyStatement {
  return read("dynamodb:Scan", tableArn, auditedAttributes, "ScanRecords");
}

function read(
  action: "dynamodb:Scan" | "dynamodb:Query",
  tableArn: string,
  attributes: readonly string[],
  sid?: string,
): PolicyStatement {
  const conditions = {
    ...onlyAttributes(attributes),
    StringEquals: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
  };
  return allow(action, tableArn, conditions, sid);
}

function updateItem(
  tableArn: string,
  attributes: readonly string[],
  returnValues: readonly string[],
): PolicyStatement {
  return allow("dynamodb:UpdateItem", tableArn, {
    ...onlyAttributes(attributes),
    StringEquals: { "dynamodb:ReturnValues": returnValues },
  });
}

function onlyAttributes(attributes: readonly string[]): Conditions {
  return {
    "ForAllValues:StringEquals": { "dynamodb:Attributes": attributes },
    Null: { "dynamodb:Attributes": "false" },
  };
}

/**
 * The encryption context must have exactly our four names: no other (`ForAllValues`), and none missing,
 * which for `ownerId` and `slot`, whose values are anyone's, `Null` asks (AWS KMS, "AWS KMS condition
 * keys": `kms:EncryptionContextKeys`, `kms:EncryptionContext:context-key`).
 */
function exactContext(stage: string): Conditions {
  return {
    StringEquals: {
      "kms:EncryptionContext:purpose": encryptionPurpose,
      "kms:EncryptionContext:stage": stage,
    },
    "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["purpose", "stage", "ownerId", "slot"] },
    Null: { "kms:EncryptionContext:ownerId": "false", "kms:EncryptionContext:slot": "false" },
  };
}
