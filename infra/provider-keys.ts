import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { IRole } from "aws-cdk-lib/aws-iam";
import type { Key } from "aws-cdk-lib/aws-kms";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { environmentOf, type Settings } from "../lib/settings.ts";
import { EncryptionKey } from "./encryption-key.ts";
import { providerKeysTable } from "./provider-keys-table.ts";
import {
  claimRecord,
  makeDataKeys,
  openDataKeys,
  readStatus,
  removeRecord,
  saveRecord,
  updateRecord,
} from "./statements.ts";

/**
 * The users' provider keys: the table that holds them sealed and the KMS key that seals them. A
 * function gets one operation by one grant, which adds the statements to its role, admits the role in
 * the key policy and sets the environment that the library reads. Nobody writes IAM by hand.
 *
 * @example providerKeys.grantUse(myFunction); // and in its code: withProviderKey({ userId, provider }, …)
 */
export class ProviderKeys extends Construct {
  readonly table: Table;
  readonly kmsKey: Key;
  readonly #encryptionKey: EncryptionKey;
  readonly #settings: Settings;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.#settings = settings;
    this.table = providerKeysTable(this, "Table");
    this.#encryptionKey = new EncryptionKey(this, "EncryptionKey", settings.stage);
    this.kmsKey = this.#encryptionKey.kmsKey;
  }

  /** Sealing: a data key for each save, and the write of the record. It can open nothing. */
  grantSave(fn: Function): void {
    const role = this.#serve(fn);
    role.addToPrincipalPolicy(saveRecord(this.table.tableArn));
    role.addToPrincipalPolicy(makeDataKeys(this.kmsKey.keyArn, this.#settings.stage));
    this.#encryptionKey.admitSaving(role);
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
    role.addToPrincipalPolicy(openDataKeys(this.kmsKey.keyArn, this.#settings.stage));
    this.#encryptionKey.admitOpening(role);
  }

  /** The settings and the table's name, for a function of this stack's; returns its role. */
  #serve(fn: Function): IRole {
    if (!fn.role) throw new Error(`${fn.node.path} has no role that can be given a permission`);
    const environment = { ...environmentOf(this.#settings), WAXSEAL_TABLE: this.table.tableName };
    for (const [name, value] of Object.entries(environment)) fn.addEnvironment(name, value);
    return fn.role;
  }
}
