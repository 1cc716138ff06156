import { Construct } from "constructs";
import type { JobFunctionName } from "../../lib/routes.ts";
import type { Settings } from "../../lib/settings.ts";
import type { ProviderKeys } from "../provider-keys.ts";
import { AuditTables } from "./tables.ts";
import type { Topics } from "./topics.ts";
import { trailPlace, type TrailPlace } from "./trail.ts";
import { Witness } from "./witness.ts";

export interface AuditProps {
  readonly settings: Settings;
  readonly providerKeys: ProviderKeys;
  readonly topics: Topics;
  /** The modules that export the functions' handlers, from the repository's root. */
  readonly entries: Readonly<Record<JobFunctionName, string>>;
}

/** The audit: every change of a record, and every decryption, accounted for. */
export class Audit extends Construct {
  readonly tables: AuditTables;
  /** Undefined where the deployment has no trail. */
  readonly trail: TrailPlace | undefined;
  readonly witness: Witness;

  constructor(scope: Construct, id: string, props: AuditProps) {
    super(scope, id);
    const { settings, entries } = props;
    this.tables = new AuditTables(this, "Tables");
    this.trail = trailPlace(this, settings);
    this.witness = new Witness(this, "Witness", {
      ...props,
      entry: entries.reconcile,
      tables: this.tables,
      trail: this.trail,
    });
  }
}
