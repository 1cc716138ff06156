import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  byOwnerIndex,
  erasedAttributes,
  erasedReadAttributes,
  erasureAttributes,
} from "../../lib/audit-attributes.ts";
import { allow } from "../statements.ts";
import { enterIntake, seeErasures } from "./statements.ts";
import type { AuditTables } from "./tables.ts";

/**
 * Finds the names of an owner's events and deletes them, and says so; of what happened it reads the random ids of claims. It may delete
 * any event, and only what it has said so of before goes without an alarm.
 */
export function erasing({ log, intake }: AuditTables): PolicyStatement[] {
  const { tableArn } = log;
  const index = `${tableArn}/index/${byOwnerIndex.indexName}`;
  return [
    allow("dynamodb:Query", index, select(erasedAttributes), "FindEvents"),
    allow("dynamodb:Query", tableArn, select(erasedReadAttributes), "FindEventsOfRecords"),
    allow(
      "dynamodb:Query",
      tableArn,
      {
        ...select(erasureAttributes),
        "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["intake-erased-*"] },
        Null: { "dynamodb:Attributes": "false", "dynamodb:LeadingKeys": "false" },
      },
      "FindErasures",
    ),
    allow(
      "dynamodb:DeleteItem",
      tableArn,
      { ...only(erasedAttributes), StringEquals: { "dynamodb:ReturnValues": ["NONE"] } },
      "EraseEvents",
    ),
    seeErasures(intake.tableArn),
    enterIntake(intake.tableArn, ["erased-", "read-"]),
  ];
}

function select(attributes: readonly string[]) {
  return { ...only(attributes), StringEquals: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" } };
}

function only(attributes: readonly string[]) {
  return {
    "ForAllValues:StringEquals": { "dynamodb:Attributes": [...attributes] },
    Null: { "dynamodb:Attributes": "false" },
  };
}
