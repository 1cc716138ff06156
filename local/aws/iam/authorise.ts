/**
 * The decision on one request within one account (IAM User Guide, "Policy evaluation logic"; KMS
 * Developer Guide, "Key policies in AWS KMS"): an explicit deny wins; a table needs an identity-based
 * allow; a KMS key needs its key policy, which either names the principal or, by naming the account's
 * root, lets identity-based policies decide, or a grant; a role that is to be assumed needs its trust policy, in the same
 * way; for a function or a bucket, either kind of policy is enough. Of a role of another account, what its own account allows is not known here, and taken to be given.
 */
import { localAccountId, type Statement } from "../../stack.ts";
import { accountOf, type Caller } from "../caller.ts";
import { AwsError } from "../protocol.ts";
import { conditionsHold, contextOf, type RequestContext } from "./conditions.ts";
import { matchesResource, matchesWildcard } from "./match.ts";

export interface AccessRequest {
  readonly caller: Caller;
  /** `kms:Decrypt`. */
  readonly action: string;
  readonly resourceArn: string;
  /** Condition keys of the service; the global ones are added here. */
  readonly conditionKeys: Readonly<Record<string, readonly string[] | string | undefined>>;
  /** The key policy, where the resource is a KMS key. */
  readonly keyPolicy?: readonly Statement[];
  /** Whether a grant of the KMS key allows it. */
  readonly isGranted?: boolean;
  /** The trust policy, where the resource is a role. */
  readonly trustPolicy?: readonly Statement[];
  /** The resource-based policy, where the resource is a function, a bucket or an object. */
  readonly resourcePolicy?: readonly Statement[];
}

/** Throws `AccessDeniedException` with AWS's wording (IAM User Guide, "Troubleshoot access denied error messages"). */
export function authorise(request: AccessRequest): void {
  const reason = denialOf(request);
  if (reason === undefined) return;
  const { caller, action, resourceArn } = request;
  throw new AwsError(
    "AccessDeniedException",
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resourceArn} ${reason}`,
  );
}

/** Why the request is denied, or undefined where it is allowed. */
export function denialOf(request: AccessRequest): string | undefined {
  const context = contextOf({ ...globalConditionKeys(request.caller), ...request.conditionKeys });
  const identity = request.caller.statements.filter((statement) => applies(statement, request, context));
  // "IAM role trust policies and KMS key policies […] must explicitly allow access for principals"
  const required = request.keyPolicy ?? request.trustPolicy;
  const policy = required ?? request.resourcePolicy ?? [];
  const resource = policy.filter((statement) => applies(statement, request, context));
  const named = resource.filter((statement) => names(statement, request.caller));
  const delegating = resource.filter((statement) => statement.principals?.some(isAccount));

  if (identity.some(denies)) return "with an explicit deny in an identity-based policy";
  // A deny for the account's root covers everyone in it.
  if ([...named, ...delegating].some(denies)) return "with an explicit deny in a resource-based policy";

  if (request.isGranted) return undefined;
  const allowedByIdentity = identity.some(allows);
  const implicitly = (kind: string) => `because no ${kind} policy allows the ${request.action} action`;
  if (named.some(allows)) return undefined;
  if (!required) return allowedByIdentity ? undefined : implicitly("identity-based");
  if (!delegating.some(allows)) return implicitly("resource-based");
  return allowedByIdentity ? undefined : implicitly("identity-based");
}

function applies(statement: Statement, request: AccessRequest, context: RequestContext): boolean {
  return (
    statement.actions.some((action) => matchesWildcard(action, request.action, true)) &&
    statement.resources.some((resource) => matchesResource(resource, request.resourceArn)) &&
    conditionsHold(statement.conditions, context)
  );
}

/**
 * Named by role or user ARN, by its account where that is another, or as everyone. Session ARNs are not used in our
 * policies and do not match.
 */
function names(statement: Statement, caller: Caller): boolean {
  const account = accountOf(caller);
  const itself = ["*", caller.principalArn];
  const all = account === localAccountId ? itself : [...itself, account, `arn:aws:iam::${account}:root`];
  return statement.principals?.some((principal) => all.includes(principal)) ?? false;
}

function isAccount(principal: string): boolean {
  return principal === localAccountId || principal === `arn:aws:iam::${localAccountId}:root`;
}

const denies = (statement: Statement) => statement.effect === "Deny";
const allows = (statement: Statement) => statement.effect === "Allow";

function globalConditionKeys(caller: Caller): Record<string, string> {
  const isService = caller.type === "AWSService";
  return {
    // Of a service "this key is not present" ("AWS global condition context keys").
    ...(!isService && {
      "aws:PrincipalArn": caller.principalArn,
      "aws:PrincipalAccount": accountOf(caller),
    }),
    "aws:PrincipalIsAWSService": String(isService),
    "aws:ViaAWSService": "false",
    // Loopback stands for AWS's TLS endpoints.
    "aws:SecureTransport": "true",
  };
}
