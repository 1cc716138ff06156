/** STS: who one is, and another role for a while (STS API Reference, "GetCallerIdentity", "AssumeRole"). */
import type { LocalStack } from "../stack.ts";
import { accountOf, sessionNames, type CallerDirectory } from "./caller.ts";
import { authorise } from "./iam/authorise.ts";
import { AwsError, type AwsCall } from "./protocol.ts";
import { elements, type QueryOperation } from "./query.ts";

const service = { service: "sts", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" } as const;
const leastSeconds = 900;
const mostSeconds = 43_200;
const defaultSeconds = 3600;
/** "Role chaining limits your […] session to a maximum of one hour." */
const mostSecondsInChain = 3600;

/** @param stack - as it is deployed at the time of the call. */
export function stsOperations(
  callers: CallerDirectory,
  stack: () => LocalStack,
): Readonly<Record<string, QueryOperation>> {
  return {
    GetCallerIdentity: {
      ...service,
      fields: [],
      run: ({ caller }) =>
        elements({ Arn: caller.arn, UserId: caller.principalId, Account: accountOf(caller) }),
    },
    AssumeRole: {
      ...service,
      fields: ["RoleArn", "RoleSessionName", "DurationSeconds"],
      run: (call) => assumeRole(call, callers, stack()),
    },
  };
}

function assumeRole({ caller, input }: AwsCall, callers: CallerDirectory, stack: LocalStack): string {
  const roleArn = required(input["RoleArn"], "roleArn");
  const sessionName = required(input["RoleSessionName"], "roleSessionName");
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw invalid("roleSessionName");
  const seconds = Number(input["DurationSeconds"] ?? defaultSeconds);
  if (!Number.isInteger(seconds) || seconds < leastSeconds || seconds > mostSeconds)
    throw invalid("durationSeconds");
  const role = stack.roles.find(({ arn }) => arn === roleArn);
  // A role that there is not is refused in the same words: who may not assume it does not learn that.
  const trustPolicy = role?.trust ?? [];
  authorise({ caller, action: "sts:AssumeRole", resourceArn: roleArn, conditionKeys: {}, trustPolicy });
  if (caller.type === "AssumedRole" && seconds > mostSecondsInChain)
    throw validation(
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    );
  if (seconds > (role?.maxSessionSeconds ?? 0))
    throw validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  const { accessKeyId, expiresAt } = callers.issue(roleArn, sessionName, seconds);
  const credentials = {
    AccessKeyId: accessKeyId,
    SecretAccessKey: "local",
    SessionToken: "local",
    Expiration: expiresAt.toISOString(),
  };
  const { arn, principalId } = sessionNames(roleArn, sessionName);
  const user = elements({ AssumedRoleId: principalId, Arn: arn });
  return `<Credentials>${elements(credentials)}</Credentials><AssumedRoleUser>${user}</AssumedRoleUser>`;
}

function required(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(name);
}

function invalid(name: string): AwsError {
  return validation(`1 validation error detected: Value at '${name}' failed to satisfy constraint`);
}

function validation(message: string): AwsError {
  return new AwsError("ValidationError", message);
}
