import { Construct } from "constructs";
import type { Settings } from "../../lib/settings.ts";
import type { ProviderKeys } from "../provider-keys.ts";
import { AuditTables } from "./tables.ts";

export interface AuditProps {
  readonly settings: Settings;
  readonly providerKeys: ProviderKeys;
}

/** The audit: every change of a record, and every decryption, accounted for. */
export class Audit extends Construct {
  readonly tables: AuditTables;

  constructor(scope: Construct, id: string, _props: AuditProps) {
    super(scope, id);
    this.tables = new AuditTables(this, "Tables");
  }
}
