import { Duration } from "aws-cdk-lib";
import { Role } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import type { Settings } from "../../lib/settings.ts";
import { whoMayTake } from "../jobs.ts";
import type { ProviderKeys } from "../provider-keys.ts";
import { erasing } from "./erasing.ts";
import type { AuditTables } from "./tables.ts";

export interface EraserProps {
  readonly settings: Settings;
  readonly providerKeys: ProviderKeys;
  readonly tables: AuditTables;
}

/**
 * The role that erases a person's events, on their request: it finds an owner's events and deletes events. Whether the
 * owner still has provider keys it sees, and nothing that is sealed.
 */
export class Eraser extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { settings, providerKeys, tables }: EraserProps) {
    super(scope, id);
    this.role = new Role(this, "Role", {
      description: `Waxseal (${settings.stage}): taken by an operator for the job audit-erase`,
      assumedBy: whoMayTake(settings.operators),
      maxSessionDuration: Duration.hours(1),
    });
    for (const statement of erasing(tables)) this.role.addToPrincipalPolicy(statement);
    providerKeys.grantOwnerStatus(this.role);
  }
}
