import { Lazy, RemovalPolicy } from "aws-cdk-lib";
import type { IRole } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";
import { defaultSettings, type Settings } from "../lib/settings.ts";
import { keyPolicy } from "./key-policy.ts";

/** What a role does with the KMS keys. */
export type Use = "saving" | "opening" | "rewrapping";

/** Stands where nobody was admitted: a condition with no value at all would be malformed, and protect nothing. */
const nobody = "arn:aws:iam::000000000000:role/nobody";

export type EncryptionKeysProps = Pick<Settings, "stage" | "encryptionKeys" | "writeEncryptionKey">;

/**
 * The key encryption keys: each rotated every year by KMS, kept when the stack goes or names it no more (what it
 * wrapped is lost without it), and under the policy of `key-policy.ts`, which is written when every role is known.
 *
 * One of them, `current`, wraps new data keys. Every role that opens may open what any of them wrapped, so that a
 * new one can be put in use, and left again, without a moment in which something does not open.
 */
export class EncryptionKeys extends Construct {
  readonly all: Readonly<Record<string, Key>>;
  readonly current: Key;
  readonly #roles: Readonly<Record<Use, Set<string>>> = {
    saving: new Set(),
    opening: new Set(),
    rewrapping: new Set(),
  };

  constructor(scope: Construct, id: string, props: EncryptionKeysProps) {
    super(scope, id);
    const { encryptionKeys, writeEncryptionKey } = props;
    this.all = Object.fromEntries(
      encryptionKeys.map((name) => [name, this.#kmsKey(name, name === writeEncryptionKey, props.stage)]),
    );
    const current = this.all[writeEncryptionKey];
    if (!current) throw new Error("writeEncryptionKey must be one of encryptionKeys");
    this.current = current;
    // A KMS key that nobody can use is a mistake.
    this.node.addValidation({ validate: () => this.#missingGrants() });
  }

  admit(use: Use, role: IRole): void {
    this.#roles[use].add(role.roleArn);
  }

  /** The ARNs of all roles that were admitted when the template is written. */
  rolesOf(...uses: Use[]): string[] {
    const produce = () => {
      const arns = new Set(uses.flatMap((use) => [...this.#roles[use]]));
      return arns.size > 0 ? [...arns] : [nobody];
    };
    return Lazy.list({ produce });
  }

  /** The names of the first key's constructs are those of the time when there was one only. */
  #kmsKey(name: string, isCurrent: boolean, stage: string): Key {
    const [first] = defaultSettings.encryptionKeys;
    const suffix = name === first ? "" : `-${name}`;
    return new Key(this, `Key${suffix}`, {
      description: `Waxseal (${stage}): wraps the data keys under which provider keys are sealed`,
      alias: `alias/waxseal-${stage}-provider-keys${suffix}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: keyPolicy({
        stage,
        savingRoles: this.rolesOf("saving"),
        openingRoles: this.rolesOf("opening"),
        rewrappingRoles: this.rolesOf("rewrapping"),
        isCurrent,
      }),
    });
  }

  #missingGrants(): string[] {
    const needed = { saving: "grantSave", opening: "grantUse" } as const;
    return (["saving", "opening"] as const)
      .filter((use) => this.#roles[use].size === 0)
      .map((use) => `call ${needed[use]} for at least one function`);
  }
}
