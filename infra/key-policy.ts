/**
 * The policy of the key encryption key, whole. Whoever may use it is named here by the ARN of a role,
 * and everyone else is refused, whatever their own policies say.
 *
 * - An Allow here names the account and, by `aws:PrincipalArn`, the roles. The account as principal
 *   gives nobody permission, it lets IAM policies give it (AWS KMS, "Creating a key policy", Principal):
 *   a role also needs the action in its own policy, which adds the conditions. Were the role itself the
 *   principal, this Allow alone would do, whatever its own policy says. It also keeps KMS from refusing
 *   the policy because a role made a second ago is not visible to it yet (API reference, PutKeyPolicy).
 * - `aws:PrincipalArn` is the role's ARN for every session of it (IAM, "AWS global condition context
 *   keys"). A request without it, as a service's, is denied: negated operators match what is absent.
 * - Nobody is denied the management of the policy itself, so nobody can be locked out of it; changing
 *   it is what the audit alarms on.
 */
import {
  AccountRootPrincipal,
  AnyPrincipal,
  Effect,
  PolicyDocument,
  PolicyStatement,
  type IPrincipal,
} from "aws-cdk-lib/aws-iam";

/** The value of `purpose` in every encryption context. */
export const encryptionPurpose = "waxseal/provider-key";

export interface KeyPolicyProps {
  readonly stage: string;
  /** ARNs of the roles that may call `GenerateDataKey`. */
  readonly savingRoles: string[];
  /** ARNs of the roles that may call `Decrypt`. */
  readonly openingRoles: string[];
  /** ARNs of the roles that may call `ReEncrypt`, which is two permissions: from one KMS key, to another. */
  readonly rewrappingRoles: string[];
  /** Whether data keys are wrapped under it from now on; nothing is rewrapped to one that is being left. */
  readonly isCurrent: boolean;
}

/** Everything but use: no `Encrypt`, `Decrypt`, `ReEncrypt*`, `GenerateDataKey*`, and no `CreateGrant`. */
const managementActions = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];

/** By name and not as `kms:GenerateDataKey*`, so that a reader, and a test, sees what is meant. */
const dataKeyActions = [
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyPair",
  "kms:GenerateDataKeyPairWithoutPlaintext",
  "kms:GenerateDataKeyWithoutPlaintext",
];

/** No role has a use for these: a save asks for a data key, and grants would go round this policy. */
const actionsOfNobody = ["kms:CreateGrant", "kms:Encrypt"];

/** Every action that takes an encryption context (AWS KMS, "Encryption context"). */
const cryptographicActions = [
  "kms:Decrypt",
  "kms:Encrypt",
  ...dataKeyActions,
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

export function keyPolicy(props: KeyPolicyProps): PolicyDocument {
  const { stage, savingRoles, openingRoles, rewrappingRoles, isCurrent } = props;
  const account = new AccountRootPrincipal();
  const rewrapActions = ["kms:ReEncryptFrom", ...(isCurrent ? ["kms:ReEncryptTo"] : [])];
  return new PolicyDocument({
    minimize: false,
    statements: [
      keyStatement("AdministratorsManage", Effect.ALLOW, account, managementActions),
      keyStatement("SavingRolesMayMakeDataKeys", Effect.ALLOW, account, ["kms:GenerateDataKey"], {
        ArnEquals: { "aws:PrincipalArn": savingRoles },
      }),
      keyStatement("OpeningRolesMayDecrypt", Effect.ALLOW, account, ["kms:Decrypt"], {
        ArnEquals: { "aws:PrincipalArn": openingRoles },
      }),
      keyStatement("RewrappingRolesMayReEncrypt", Effect.ALLOW, account, rewrapActions, {
        ArnEquals: { "aws:PrincipalArn": rewrappingRoles },
      }),
      deny("OnlySavingRolesMakeDataKeys", dataKeyActions, {
        ArnNotEquals: { "aws:PrincipalArn": savingRoles },
      }),
      deny("OnlyOpeningRolesDecrypt", ["kms:Decrypt"], {
        ArnNotEquals: { "aws:PrincipalArn": openingRoles },
      }),
      deny("OnlyRewrappingRolesReEncrypt", ["kms:ReEncryptFrom", "kms:ReEncryptTo"], {
        ArnNotEquals: { "aws:PrincipalArn": rewrappingRoles },
      }),
      deny("NobodyUsesItOtherwise", isCurrent ? actionsOfNobody : [...actionsOfNobody, "kms:ReEncryptTo"]),
      // Two statements: within one, purpose and stage would both have to be wrong.
      deny("OnlyForProviderKeys", cryptographicActions, {
        StringNotEquals: { "kms:EncryptionContext:purpose": encryptionPurpose },
      }),
      deny("OnlyForThisStage", cryptographicActions, {
        StringNotEquals: { "kms:EncryptionContext:stage": stage },
      }),
    ],
  });
}

function deny(sid: string, actions: string[], conditions: Record<string, unknown> = {}): PolicyStatement {
  return keyStatement(sid, Effect.DENY, new AnyPrincipal(), actions, conditions);
}

/** A statement of a KMS key's policy, where "*" is this one key (AWS KMS, "Key policies"). */
export function keyStatement(
  sid: string,
  effect: Effect,
  principal: IPrincipal,
  actions: string[],
  conditions: Record<string, unknown> = {},
): PolicyStatement {
  return new PolicyStatement({ sid, effect, principals: [principal], actions, resources: ["*"], conditions });
}
