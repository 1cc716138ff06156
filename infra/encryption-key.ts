import { Lazy, RemovalPolicy } from "aws-cdk-lib";
import type { IRole } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";
import { keyPolicy } from "./key-policy.ts";

/**
 * The key encryption key: rotated every year by KMS, kept when the stack goes (what it wrapped is lost
 * without it), and under the policy of `key-policy.ts`, which is written when every role is known.
 */
export class EncryptionKey extends Construct {
  readonly kmsKey: Key;
  readonly #savingRoles = new Set<string>();
  readonly #openingRoles = new Set<string>();

  constructor(scope: Construct, id: string, stage: string) {
    super(scope, id);
    const [savingRoles, openingRoles] = [this.#savingRoles, this.#openingRoles].map((roles) =>
      Lazy.list({ produce: () => [...roles] }),
    );
    this.kmsKey = new Key(this, "Key", {
      description: `Waxseal (${stage}): wraps the data keys under which provider keys are sealed`,
      alias: `alias/waxseal-${stage}-provider-keys`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: keyPolicy({ stage, savingRoles: savingRoles ?? [], openingRoles: openingRoles ?? [] }),
    });
    // With an empty list the conditions of the policy would be malformed, and nothing would be protected.
    this.node.addValidation({ validate: () => this.#missingGrants() });
  }

  admitSaving(role: IRole): void {
    this.#savingRoles.add(role.roleArn);
  }

  admitOpening(role: IRole): void {
    this.#openingRoles.add(role.roleArn);
  }

  #missingGrants(): string[] {
    const missing: string[] = [];
    if (this.#savingRoles.size === 0) missing.push("call grantSave for at least one function");
    if (this.#openingRoles.size === 0) missing.push("call grantUse for at least one function");
    return missing;
  }
}
