import type { Kdf } from "../legacy/cipher-key.ts";
import type { ValueForm } from "../legacy/value.ts";

/** The options of `waxseal import`, as they were said or by default. */
export interface ImportOptions extends Kdf, ValueForm {
  readonly stage?: string;
  readonly from: string;
  readonly dryRun?: true;
  readonly verify?: true;
  readonly report?: string;
  readonly reportEmpty?: true;
  readonly secretEnv: string;
  readonly skipSecretCheck?: true;
  readonly table: string;
  readonly idColumn: string;
  readonly columns: string;
  readonly share?: number;
}
