/**
 * Who calls. Emulated: the access key id in the Authorization header decides and the signature is not
 * verified, so on this machine an identity is chosen, not proved.
 */
import { createHash, randomBytes } from "node:crypto";
import { localAccountId, type LocalStack, type Statement } from "../stack.ts";
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

/** What an access key id stands for that AssumeRole has given out. */
export interface IssuedSession {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly accessKeyId: string;
  readonly expiresAt: Date;
}

/** Access key ids that AssumeRole gives out begin so; one of an earlier run is known as such, and refused. */
const issuedPrefix = "ASIALOCAL";

export class CallerDirectory implements Callers {
  readonly #now: () => Date;
  readonly #issued = new Map<string, IssuedSession>();
  #stack: LocalStack;
  #fixed: ReadonlyMap<string, Caller> = new Map();
  readonly #others = new Map<string, Caller>();

  /** @param outsideRoles - ARNs of roles that are none of the stack's: of back ends that call it. */
  constructor(stack: LocalStack, outsideRoles: readonly string[] = [], now: () => Date = () => new Date()) {
    this.#now = now;
    this.#stack = stack;
    this.deploy(stack, outsideRoles);
  }

  /** From now on roles have this stack's statements, in sessions that are under way too. */
  deploy(stack: LocalStack, outsideRoles: readonly string[]): void {
    this.#stack = stack;
    // The later one of a role stands: a function's role has its sessions named by the function, as on Lambda.
    const sessions = [
      ...[...outsideRoles, ...stack.roles.map(({ arn }) => arn)].map((arn) => [arn, "local"] as const),
      ...stack.functions.map(({ roleArn, functionName }) => [roleArn, functionName] as const),
    ];
    this.#fixed = new Map(
      sessions.map(([roleArn, name]) => [
        accessKeyIdOf(roleArn),
        roleSession(stack, roleArn, name, accessKeyIdOf(roleArn)),
      ]),
    );
  }

  /**
   * A user or a role that is none of the stack's, of any account, with these as its identity policies.
   *
   * @returns the access key id that stands for it.
   */
  add(arn: string, statements: readonly Statement[] = []): string {
    const isRole = arn.includes(":role/");
    const accessKeyId = isRole ? accessKeyIdOf(arn) : `AKIA${uniqueIdOf(arn)}`;
    const session = roleSession(this.#stack, arn, "local", accessKeyId);
    const user = userCaller(arn, accessKeyId, statements);
    this.#others.set(accessKeyId, isRole ? { ...session, statements } : user);
    return accessKeyId;
  }

  identify(authorization: string | undefined): Caller {
    const accessKeyId = accessKeyIdIn(authorization);
    const fixed = this.#fixed.get(accessKeyId) ?? this.#others.get(accessKeyId);
    if (fixed) return fixed;
    if (!accessKeyId.startsWith(issuedPrefix)) return administrator(accessKeyId);
    const issued = this.#issued.get(accessKeyId);
    if (issued && issued.expiresAt > this.#now())
      return roleSession(this.#stack, issued.roleArn, issued.sessionName, accessKeyId);
    throw new AwsError("ExpiredTokenException", "The security token included in the request is expired");
  }

  /** The role itself, as a service calls that has taken it. @throws Error where there is none. */
  role(roleArn: string): Caller {
    const caller = this.#fixed.get(accessKeyIdOf(roleArn));
    if (!caller) throw new Error(`there is no role ${roleArn} in the stack`);
    return caller;
  }

  /** Credentials of a role for so many seconds; in memory, so a restart ends them. */
  issue(roleArn: string, sessionName: string, seconds: number): IssuedSession {
    const issued = {
      roleArn,
      sessionName,
      accessKeyId: issuedPrefix + base32(randomBytes(11)),
      expiresAt: new Date(this.#now().getTime() + seconds * 1000),
    };
    this.#issued.set(issued.accessKeyId, issued);
    return issued;
  }
}

export function callersOf(stack: LocalStack, outsideRoles: readonly string[] = []): CallerDirectory {
  return new CallerDirectory(stack, outsideRoles);
}

/** A service of AWS that does something by itself. @param service - `cloudtrail.amazonaws.com`. */
export function serviceCaller(service: string): Caller {
  const names = { arn: service, principalArn: service, principalId: service, name: service };
  return { type: "AWSService", ...names, accessKeyId: "", statements: [] };
}

/** What policies and CloudTrail call a session of the role. */
export function sessionNames(roleArn: string, sessionName: string): { arn: string; principalId: string } {
  const account = roleArn.split(":")[4] ?? "";
  return {
    arn: `arn:aws:sts::${account}:assumed-role/${nameOf(roleArn)}/${sessionName}`,
    principalId: `AROA${uniqueIdOf(roleArn)}:${sessionName}`,
  };
}

function nameOf(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf("/") + 1);
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

function roleSession(stack: LocalStack, roleArn: string, sessionName: string, accessKeyId: string): Caller {
  return {
    type: "AssumedRole",
    ...sessionNames(roleArn, sessionName),
    principalArn: roleArn,
    name: nameOf(roleArn),
    accessKeyId,
    statements: stack.roles.find((role) => role.arn === roleArn)?.statements ?? [],
  };
}

const administratorArn = `arn:aws:iam::${localAccountId}:user/administrator`;

/** Every other access key id: may do anything that no resource policy denies. */
function administrator(accessKeyId: string): Caller {
  const all = { effect: "Allow", actions: ["*"], resources: ["*"], conditions: {} } as const;
  return userCaller(administratorArn, accessKeyId, [all]);
}

function userCaller(arn: string, accessKeyId: string, statements: readonly Statement[]): Caller {
  return {
    type: "IAMUser",
    arn,
    principalArn: arn,
    principalId: `AIDA${uniqueIdOf(arn)}`,
    name: nameOf(arn),
    accessKeyId,
    statements,
  };
}

/** Sixteen characters of base32, as AWS's unique ids have after their prefix. */
function uniqueIdOf(arn: string): string {
  return base32(createHash("sha256").update(arn).digest().subarray(0, 16));
}

/** One character a byte. */
function base32(bytes: Uint8Array): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return [...bytes].map((byte) => alphabet[byte & 31]).join("");
}
