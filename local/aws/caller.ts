/**
 * Who calls. Emulated: the access key id in the Authorization header decides and the signature is not
 * verified, so on this machine an identity is chosen, not proved.
 */
import { createHash } from "node:crypto";
import { localAccountId, type LocalStack } from "../stack.ts";
import { AwsError, type Caller } from "./protocol.ts";

export type { Caller };

export interface Callers {
  /** `authorization`: the SigV4 header. Throws `MissingAuthenticationTokenException`, `IncompleteSignatureException`. */
  identify(authorization: string | undefined): Caller;
}

/** The access key id that stands for a role, the same in every run. */
export function accessKeyIdOf(roleArn: string): string {
  return `ASIA${uniqueIdOf(roleArn)}`;
}

/** The account that a caller belongs to. */
export function accountOf({ principalArn }: Caller): string {
  return principalArn.split(":")[4] ?? localAccountId;
}

/** @param outsideRoles - ARNs of roles that are none of the stack's: of back ends that call it. */
export function callersOf(stack: LocalStack, outsideRoles: readonly string[] = []): Callers {
  const sessions = [
    ...outsideRoles.map((roleArn) => roleSession(stack, roleArn, "local")),
    ...stack.functions.map(({ roleArn, functionName }) => roleSession(stack, roleArn, functionName)),
  ];
  const roles = new Map(sessions.map((session) => [session.accessKeyId, session]));
  return {
    identify(authorization) {
      const accessKeyId = accessKeyIdIn(authorization);
      return roles.get(accessKeyId) ?? administrator(accessKeyId);
    },
  };
}

function accessKeyIdIn(authorization: string | undefined): string {
  if (!authorization)
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", {
      status: 403,
    });
  const accessKeyId = /^AWS4-HMAC-SHA256 .*?Credential=([^/,\s]+)\//.exec(authorization)?.[1];
  if (!accessKeyId) {
    throw new AwsError(
      "IncompleteSignatureException",
      "Authorization header requires 'Credential' parameter.",
      { status: 403 },
    );
  }
  return accessKeyId;
}

function roleSession(stack: LocalStack, roleArn: string, sessionName: string): Caller {
  const name = roleArn.slice(roleArn.lastIndexOf("/") + 1);
  const roleId = `AROA${uniqueIdOf(roleArn)}`;
  return {
    type: "AssumedRole",
    arn: `arn:aws:sts::${roleArn.split(":")[4] ?? ""}:assumed-role/${name}/${sessionName}`,
    principalArn: roleArn,
    principalId: `${roleId}:${sessionName}`,
    name,
    accessKeyId: accessKeyIdOf(roleArn),
    statements: stack.roles.find((role) => role.arn === roleArn)?.statements ?? [],
  };
}

const administratorArn = `arn:aws:iam::${localAccountId}:user/administrator`;

/** Every other access key id: may do anything that no resource policy denies. */
function administrator(accessKeyId: string): Caller {
  return {
    type: "IAMUser",
    arn: administratorArn,
    principalArn: administratorArn,
    principalId: `AIDA${uniqueIdOf(administratorArn)}`,
    name: "administrator",
    accessKeyId,
    statements: [{ effect: "Allow", actions: ["*"], resources: ["*"], conditions: {} }],
  };
}

/** Sixteen characters of base32, as AWS's unique ids have after their prefix. */
function uniqueIdOf(arn: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const digest = createHash("sha256").update(arn).digest();
  return [...digest.subarray(0, 16)].map((byte) => alphabet[byte & 31]).join("");
}
