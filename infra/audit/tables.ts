import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import {
  activityAttributes,
  byOwnerIndex,
  byWitnessIndex,
  eventKeyAttributes,
  pendingIndex,
  witnessAttributes,
} from "../../lib/audit-attributes.ts";

const [recordId, eventSeq] = eventKeyAttributes;
const text = (name: string) => ({ name, type: AttributeType.STRING });

/** What the audit is kept in; all of it outlives the stack, and both images of every change are in the streams. */
export class AuditTables extends Construct {
  /** The events: one for each (`recordId`, `eventSeq`). */
  readonly log: Table;
  /** What is no change of a record, appended by whoever saw it; TTL clears it once it is long recorded. */
  readonly intake: Table;
  /** Every call of KMS that CloudTrail showed, by what explains it. */
  readonly ledger: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.log = this.#table("Log", [recordId, eventSeq], true);
    this.log.addGlobalSecondaryIndex({
      indexName: byOwnerIndex.indexName,
      partitionKey: text(byOwnerIndex.keys[0]),
      sortKey: text(byOwnerIndex.keys[1]),
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...activityAttributes],
    });
    this.log.addGlobalSecondaryIndex({
      indexName: byWitnessIndex.indexName,
      partitionKey: text(byWitnessIndex.keys[0]),
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...witnessAttributes],
    });
    this.intake = this.#table("Intake", ["intakeId"], true);
    this.ledger = this.#table("Ledger", ["witnessId", "entryId"], false);
    this.ledger.addGlobalSecondaryIndex({
      indexName: pendingIndex.indexName,
      partitionKey: text(pendingIndex.keys[0]),
      sortKey: text(pendingIndex.keys[1]),
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }

  #table(id: string, [partition = "", sort]: readonly string[], streams: boolean): Table {
    return new Table(this, id, {
      partitionKey: text(partition),
      ...(sort !== undefined && { sortKey: text(sort) }),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      timeToLiveAttribute: "purgeAt",
      ...(streams && { stream: StreamViewType.NEW_AND_OLD_IMAGES }),
    });
  }
}
