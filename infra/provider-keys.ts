import { Lazy } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { IRole, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Key } from "aws-cdk-lib/aws-kms";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { Settings } from "../lib/settings.ts";
import { environmentOf } from "../lib/settings-environment.ts";
import { EncryptionKeys } from "./encryption-keys.ts";
import { providerKeysTable } from "./provider-keys-table.ts";
import {
  claimForJob,
  claimRecord,
  describeKmsKey,
  makeDataKeys,
  openDataKeys,
  readForImport,
  readStatus,
  readSuites,
  readWrappings,
  removeRecord,
  resealRecord,
  rewrapDataKeys,
  rewrapRecord,
  saveRecord,
  updateRecord,
} from "./statements.ts";

/** Lambda, "Lambda quotas". */
const LONGEST_INVOCATION_SECONDS = 900;

/**
 * The users' provider keys: the table that holds them sealed and the KMS key that seals them. A
 * function gets one operation by one grant, which adds the statements to its role, admits the role in
 * the key policy and sets the environment that the library reads. Nobody writes IAM by hand.
 *
 * @example providerKeys.grantUse(myFunction); // and in its code: withProviderKey({ userId, provider }, …)
 */
export class ProviderKeys extends Construct {
  readonly table: Table;
  /** The KMS key that wraps from now on. */
  readonly kmsKey: Key;
  readonly encryptionKeys: EncryptionKeys;
  readonly #settings: Settings;
  /** Of functions that seal or open, in seconds; 900 where one has no time limit that is known here. */
  readonly #timeouts = new Set<number>();

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.#settings = settings;
    this.table = providerKeysTable(this, "Table");
    this.encryptionKeys = new EncryptionKeys(this, "EncryptionKey", settings);
    this.kmsKey = this.encryptionKeys.current;
  }

  /** For so long after a change may something still need how it was before: see `waxseal retire`. */
  get longestInvocationSeconds(): string {
    return Lazy.string({ produce: () => String(Math.max(...this.#timeouts)) });
  }

  /** Sealing: a data key for each save, and the write of the record. It can open nothing. */
  grantSave(fn: Function): void {
    const role = this.#serve(fn);
    role.addToPrincipalPolicy(saveRecord(this.table.tableArn));
    // Also under the KMS keys that are no longer current: while another becomes so, permissions change before functions.
    this.#admitSaving(role, this.#kmsKeyArns());
    this.#timeouts.add(fn.timeout?.toSeconds() ?? LONGEST_INVOCATION_SECONDS);
    fn.addEnvironment("WAXSEAL_ENCRYPTION_KEY", this.kmsKey.keyArn);
  }

  /** Reading which keys an owner has, and nothing that is sealed. */
  grantStatus(fn: Function): void {
    this.#serve(fn).addToPrincipalPolicy(readStatus(this.table.tableArn));
  }

  /** Updating: what an owner sets of their record (name, order, expiry, state), and nothing sealed. */
  grantUpdate(fn: Function): void {
    this.#serve(fn).addToPrincipalPolicy(updateRecord(this.table.tableArn));
  }

  /** Removing: strips what is sealed and leaves a tombstone. */
  grantRemove(fn: Function): void {
    this.#serve(fn).addToPrincipalPolicy(removeRecord(this.table.tableArn));
  }

  /** Removing all that a closed account has: finds its records, and strips each. */
  grantDeleteOwner(fn: Function): void {
    const role = this.#serve(fn);
    role.addToPrincipalPolicy(readStatus(this.table.tableArn));
    role.addToPrincipalPolicy(removeRecord(this.table.tableArn));
  }

  /** Using whichever of several is first in their owner's order, or next: using, and the owner's list. */
  grantUse(fn: Function): void {
    this.grantUseByName(fn);
    this.grantStatus(fn);
  }

  /**
   * Using: the claim, and the decryption of its data key. This function sees provider keys. Which KMS key
   * wrapped a data key each record says, so the environment need not.
   */
  grantUseByName(fn: Function): void {
    const role = this.#serve(fn);
    role.addToPrincipalPolicy(claimRecord(this.table.tableArn));
    this.#admitOpening(role);
    this.#timeouts.add(fn.timeout?.toSeconds() ?? LONGEST_INVOCATION_SECONDS);
  }

  /** Rewrapping: sees how every data key is wrapped and replaces it, by KMS. It can open nothing. */
  grantRewrap(role: IRole): void {
    this.#allow(role, ...readWrappings(this.table.tableArn), rewrapRecord(this.table.tableArn));
    const arns = this.#kmsKeyArns();
    this.#allow(role, ...rewrapDataKeys(arns, this.kmsKey.keyArn, this.#settings.stage));
    this.#allow(role, ...arns.map(describeKmsKey));
    this.encryptionKeys.admit("rewrapping", role);
  }

  /** Resealing: opens every record and seals it anew. It sees provider keys, each after a claim. */
  grantReseal(role: IRole): void {
    this.#allow(role, ...readSuites(this.table.tableArn), claimForJob(this.table.tableArn));
    this.#allow(role, resealRecord(this.table.tableArn));
    this.#admitOpening(role);
    this.#admitSaving(role, [this.kmsKey.keyArn]);
  }

  /** Importing: what a save may do, and seeing what an owner has already. It can open nothing. */
  grantImport(role: IRole): void {
    this.#allow(role, readForImport(this.table.tableArn), saveRecord(this.table.tableArn));
    this.#admitSaving(role, [this.kmsKey.keyArn]);
  }

  /** Opening what an import wrote, to compare it; each after a claim. */
  grantImportVerify(role: IRole): void {
    this.#allow(role, claimForJob(this.table.tableArn));
    this.#admitOpening(role);
  }

  /** Opening what an owner has, for them to take it elsewhere; each after a claim. */
  grantExport(role: IRole): void {
    this.#allow(role, readStatus(this.table.tableArn), claimForJob(this.table.tableArn));
    this.#admitOpening(role);
  }

  /** Seeing what an owner still has, and nothing that is sealed. */
  grantOwnerStatus(role: IRole): void {
    this.#allow(role, readStatus(this.table.tableArn));
  }

  #allow(role: IRole, ...statements: PolicyStatement[]): void {
    for (const statement of statements) role.addToPrincipalPolicy(statement);
  }

  #admitSaving(role: IRole, arns: readonly string[]): void {
    this.#allow(role, ...arns.map((arn) => makeDataKeys(arn, this.#settings.stage)));
    this.encryptionKeys.admit("saving", role);
  }

  #admitOpening(role: IRole): void {
    this.#allow(role, ...this.#kmsKeyArns().map((arn) => openDataKeys(arn, this.#settings.stage)));
    this.encryptionKeys.admit("opening", role);
  }

  #kmsKeyArns(): string[] {
    return Object.values(this.encryptionKeys.all).map(({ keyArn }) => keyArn);
  }

  /** The settings and the table's name, for a function of this stack's; returns its role. */
  #serve(fn: Function): IRole {
    if (!fn.role) throw new Error(`${fn.node.path} has no role that can be given a permission`);
    const environment = { ...environmentOf(this.#settings), WAXSEAL_TABLE: this.table.tableName };
    for (const [name, value] of Object.entries(environment)) fn.addEnvironment(name, value);
    return fn.role;
  }
}
