import { objectOf, textOf } from "./json.ts";

/** Who made a call, as CloudTrail's `userIdentity` says. */
export interface Principal {
  /**
   * ARN of the role, of the user or of the account's root; of another account `<account>:<unique id>`, since its
   * owner's ARNs are not shown to us; of an AWS service its name.
   */
  readonly arn: string;
  /** `AssumedRole`, `IAMUser`, `Root`, `FederatedUser`, `AWSAccount`, `AWSService` …; `Unknown` where it is missing. */
  readonly kind: string;
  readonly account?: string;
  /** ARN of the session, of which a role may have many: it has the name that whoever took the role gave it. */
  readonly session?: string;
  /** The AWS service that called for somebody: `cloudformation.amazonaws.com`. */
  readonly service?: string;
}

/**
 * CloudTrail User Guide, "CloudTrail userIdentity element". A role is known by `sessionIssuer.arn`, which has its
 * path; the session's own ARN has not.
 */
export function principalOf(userIdentity: unknown): Principal {
  const identity = objectOf(userIdentity);
  const issuer = objectOf(objectOf(identity["sessionContext"])["sessionIssuer"]);
  const [arn, account] = [textOf(identity["arn"]), textOf(identity["accountId"])];
  const kind = textOf(identity["type"]) ?? "Unknown";
  const service = textOf(identity["invokedBy"]);
  const isRole = textOf(issuer["type"]) === "Role";
  const issued = isRole ? textOf(issuer["arn"]) : undefined;
  const others = [account, textOf(identity["principalId"])].filter((part) => part !== undefined);
  return {
    arn:
      issued ?? roleOfSession(arn) ?? arn ?? (kind === "AWSService" ? service : undefined) ?? named(others),
    kind,
    ...(account !== undefined && { account }),
    ...(arn !== undefined && arn !== issued && kind !== "IAMUser" && { session: arn }),
    ...(service !== undefined && { service }),
  };
}

function named(parts: readonly string[]): string {
  return parts.length > 0 ? parts.join(":") : "unknown";
}

/** Where the issuer is not said. A role's name is unique in its account, whatever its path (IAM, "IAM identifiers"). */
function roleOfSession(arn: string | undefined): string | undefined {
  const [, partition, account, role] =
    /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn ?? "") ?? [];
  return role === undefined ? undefined : `arn:${String(partition)}:iam::${String(account)}:role/${role}`;
}

/** Whether the principal is one of these roles, of which the ARN may have a path that a session's has not. */
export function isOneOf({ arn }: Principal, roleArns: readonly string[]): boolean {
  return roleArns.some((role) => role === arn || withoutPath(role) === arn);
}

function withoutPath(roleArn: string): string {
  return roleArn.replace(/:role\/.*\//, ":role/");
}
