import type { ActingRole } from "../settings.ts";

/** A role, as the ARN of one of its sessions names it. */
export interface RoleSession {
  readonly accountId: string;
  /** Without its path, which a session's ARN does not have; names are unique within an account. */
  readonly roleName: string;
}

const SESSION_ARN = /^arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/[\w+=,.@-]{1,64}$/;
const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:[!-~]+\/)?([\w+=,.@-]{1,64})$/;

/** @returns `undefined` for any other principal: a user, the account's root, a federated user. */
export function roleSessionOf(arn: string): RoleSession | undefined {
  return parse(SESSION_ARN, arn);
}

/** Whether `text` is the ARN of a role that can be listed. */
export function isRoleArn(text: string): boolean {
  return parse(ROLE_ARN, text) !== undefined;
}

/** Whether the list lets a role do something for a user. */
export function mayAct(
  actingRoles: readonly ActingRole[],
  { accountId, roleName }: RoleSession,
  userId: string,
  action: ActingRole["may"][number],
): boolean {
  return actingRoles.some(({ role, users, may }) => {
    const listed = parse(ROLE_ARN, role);
    const isSame = listed?.accountId === accountId && listed.roleName === roleName;
    return isSame && may.includes(action) && users.some((pattern) => matches(pattern, userId));
  });
}

function parse(pattern: RegExp, arn: string): RoleSession | undefined {
  const [, accountId, roleName] = pattern.exec(arn) ?? [];
  return accountId !== undefined && roleName !== undefined ? { accountId, roleName } : undefined;
}

function matches(pattern: string, userId: string): boolean {
  return pattern.endsWith("*") ? userId.startsWith(pattern.slice(0, -1)) : userId === pattern;
}
