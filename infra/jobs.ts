import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, Table } from "aws-cdk-lib/aws-dynamodb";
import {
  AccountRootPrincipal,
  ArnPrincipal,
  CompositePrincipal,
  Role,
  type IPrincipal,
} from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import type { Settings } from "../lib/settings.ts";
import type { ProviderKeys } from "./provider-keys.ts";

type OperatorRole = "rewrap" | "reseal" | "import" | "import-verify" | "export";

/**
 * What operators' jobs need: the table in which each keeps where it is and what came of it, and a role for each
 * kind, which an operator takes for the time of the job. Rewrapping, which can open nothing, is always there; the
 * others only while the setting `jobs` names them.
 */
export class Jobs extends Construct {
  readonly table: Table;
  readonly roles: Readonly<Partial<Record<OperatorRole, Role>>>;
  readonly #settings: Settings;

  constructor(scope: Construct, id: string, settings: Settings, providerKeys: ProviderKeys) {
    super(scope, id);
    this.#settings = settings;
    this.table = jobsTable(this);
    const rewrap = this.#role("rewrap");
    providerKeys.grantRewrap(rewrap);
    this.roles = { rewrap, ...this.#switched(providerKeys) };
  }

  #switched(providerKeys: ProviderKeys): Partial<Record<OperatorRole, Role>> {
    const isOn = (job: Settings["jobs"][number]) => this.#settings.jobs.includes(job);
    const roles: Partial<Record<OperatorRole, Role>> = {};
    if (isOn("reseal")) providerKeys.grantReseal((roles.reseal = this.#role("reseal")));
    if (isOn("import")) {
      providerKeys.grantImport((roles.import = this.#role("import")));
      providerKeys.grantImportVerify((roles["import-verify"] = this.#role("import-verify")));
    }
    if (isOn("export")) providerKeys.grantExport((roles.export = this.#role("export")));
    return roles;
  }

  #role(name: OperatorRole): Role {
    return new Role(this, `${name}Role`, {
      description: `Waxseal (${this.#settings.stage}): taken by an operator for the job ${name}`,
      assumedBy: whoMayTake(this.#settings.operators),
      // A job takes it anew as it goes on; what was taken away ends with the session.
      maxSessionDuration: Duration.hours(1),
    });
  }
}

/** The account itself lets nobody in: whoever takes the role needs `sts:AssumeRole` for it in a policy of theirs. */
export function whoMayTake(people: readonly string[]): IPrincipal {
  if (people.length === 0) return new AccountRootPrincipal();
  return new CompositePrincipal(...people.map((arn) => new ArnPrincipal(arn)));
}

/** Reports are an operator's evidence: they outlive the stack, and TTL clears them after their time. */
function jobsTable(scope: Construct): Table {
  return new Table(scope, "Table", {
    partitionKey: { name: "jobId", type: AttributeType.STRING },
    timeToLiveAttribute: "purgeAt",
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy: RemovalPolicy.RETAIN,
  });
}
