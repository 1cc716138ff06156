/** What the audit's roles may do: one action a statement, as in `infra/statements.ts`. */
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  activityReadAttributes,
  byOwnerIndex,
  expiryAttributes,
  expiryPartition,
  type IntakeBeginning,
} from "../../lib/audit-attributes.ts";
import { allow } from "../statements.ts";

/** Puts events, and is shown one that is there already. */
export function putEvents(tableArn: string): PolicyStatement {
  return allow("dynamodb:PutItem", tableArn, {}, "PutEvents");
}

/**
 * Appends; what is there already stays, by the writer's own condition, and a change shows in the stream.
 *
 * @param beginnings - of the ids that it may enter: what an entry may say goes by them.
 */
export function enterIntake(tableArn: string, beginnings: readonly IntakeBeginning[]): PolicyStatement {
  const names = ["intakeId", "type", "at", "ownerId", "actor", "caller", "requestId", "details", "purgeAt"];
  return allow(
    "dynamodb:PutItem",
    tableArn,
    {
      "ForAllValues:StringEquals": { "dynamodb:Attributes": names },
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": beginnings.map((beginning) => `${beginning}*`) },
      Null: { "dynamodb:Attributes": "false", "dynamodb:LeadingKeys": "false" },
      StringEquals: { "dynamodb:ReturnValues": ["NONE"] },
    },
    "EnterIntake",
  );
}

/** Of what is in the intake, whether it is there. */
export function seeErasures(tableArn: string): PolicyStatement {
  return allow(
    "dynamodb:GetItem",
    tableArn,
    {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["erased-*"] },
      Null: { "dynamodb:LeadingKeys": "false" },
    },
    "SeeErasures",
  );
}

/** A person's own events: what the index has of them. */
export function readActivity(tableArn: string): PolicyStatement {
  return allow(
    "dynamodb:Query",
    `${tableArn}/index/${byOwnerIndex.indexName}`,
    {
      "ForAllValues:StringEquals": { "dynamodb:Attributes": [...activityReadAttributes] },
      Null: { "dynamodb:Attributes": "false" },
      StringEquals: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
    },
    "ReadActivity",
  );
}

/** Gives events the time at which they expire, and changes nothing else of them. */
export function expireEvents(tableArn: string): PolicyStatement {
  return allow(
    "dynamodb:UpdateItem",
    tableArn,
    {
      "ForAllValues:StringEquals": { "dynamodb:Attributes": [...expiryAttributes] },
      Null: { "dynamodb:Attributes": "false" },
      StringEquals: { "dynamodb:ReturnValues": ["NONE"] },
    },
    "ExpireEvents",
  );
}

/** Where the expiry is, among what CloudTrail showed. */
export function keepExpiryPlace(tableArn: string): PolicyStatement[] {
  const conditions = {
    "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [expiryPartition] },
    Null: { "dynamodb:LeadingKeys": "false" },
  };
  return [
    allow("dynamodb:GetItem", tableArn, conditions, "ReadExpiryPlace"),
    allow("dynamodb:PutItem", tableArn, conditions, "KeepExpiryPlace"),
  ];
}

/**
 * Writes objects, and none over another: S3 is asked for it with each (`If-None-Match`), and without that there is no
 * permission (S3 User Guide, "Enforce conditional writes on Amazon S3 buckets").
 */
export function putObjects(bucketArn: string, prefix: string): PolicyStatement {
  const once = { Null: { "s3:if-none-match": "false" } };
  return allow("s3:PutObject", `${bucketArn}/${prefix}*`, once, `Put${prefix.replaceAll(/\W/g, "")}`);
}

export function getObjects(bucketArn: string, prefix: string): PolicyStatement {
  return allow("s3:GetObject", `${bucketArn}/${prefix}*`, {}, `Get${prefix.replaceAll(/\W/g, "")}`);
}

export function listObjects(bucketArn: string): PolicyStatement {
  return allow("s3:ListBucket", bucketArn, {}, "ListObjects");
}
