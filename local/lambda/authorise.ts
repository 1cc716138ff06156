import { denialOf } from "../aws/iam/authorise.ts";
import { AwsError, type Caller } from "../aws/protocol.ts";
import type { InvokeTarget } from "./target.ts";

/** The function's ARN as it was named, with its qualifier (Lambda Developer Guide, "Security and permissions for Lambda durable functions"). */
export function mayInvoke(caller: Caller, { arn }: InvokeTarget): void {
  authoriseLambda(caller, "lambda:InvokeFunction", arn);
}

/**
 * "For most durable execution API actions, Lambda authorizes the request against the durable execution ARN": the
 * page above.
 *
 * @throws AwsError `AccessDeniedException`
 */
export function authoriseLambda(caller: Caller, action: string, resourceArn: string): void {
  const reason = denialOf({ caller, action, resourceArn, conditionKeys: {} });
  if (reason === undefined) return;
  const message = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resourceArn} ${reason}`;
  throw new AwsError("AccessDeniedException", message, { status: 403 });
}
