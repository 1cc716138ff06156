import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, Table } from "aws-cdk-lib/aws-dynamodb";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { LimitName } from "../lib/settings.ts";
import { accept, acceptedOfRateLimits } from "./findings.ts";
import { countAgainstLimits } from "./statements.ts";

/**
 * The counters of the limits, in a table of their own: who counts has no way to the provider keys by it. It
 * may go with the stack; what is lost is who called how often in the last day.
 */
export class RateLimits extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new Table(this, "Table", {
      // The names are rate-limiter-flexible's.
      partitionKey: { name: "key", type: AttributeType.STRING },
      timeToLiveAttribute: "expire",
      billingMode: BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    accept(this.table, acceptedOfRateLimits);
  }

  /** Counting against these limits, and no others. */
  grantLimits(fn: Function, names: readonly LimitName[]): void {
    if (!fn.role) throw new Error(`${fn.node.path} has no role that can be given a permission`);
    fn.role.addToPrincipalPolicy(countAgainstLimits(this.table.tableArn, names));
    fn.addEnvironment("WAXSEAL_LIMITS_TABLE", this.table.tableName);
  }
}
