import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, StreamViewType, Table } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";

/**
 * The table of sealed records. It outlives the stack, and it can be put back to any second of the last
 * 35 days (the removals since then must be replayed before traffic: a restore brings removed keys back).
 */
export function providerKeysTable(scope: Construct, id: string): Table {
  return new Table(scope, id, {
    partitionKey: { name: "ownerId", type: AttributeType.STRING },
    sortKey: { name: "slot", type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
    // Every write raises `changeSeq`, so both images together are the audit's source.
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
    // Only tombstones of removed records have it.
    timeToLiveAttribute: "purgeAt",
  });
}
