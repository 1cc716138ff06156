import type { MiddlewareObj } from "@middy/core";
import type { LambdaFunctionURLEvent } from "aws-lambda";
import { mayAct, roleSessionOf } from "../../lib/acting/may-act.ts";
import { settings } from "../../lib/compose.ts";
import { WaxsealError } from "../../lib/errors.ts";
import { ownerIdOf } from "../../lib/owner.ts";
import type { ActingRole } from "../../lib/settings.ts";
import { notAllowed, type AuthenticatedEvent, type Internal } from "./middleware.ts";
import { callerArnOf, fromFunctionUrl, userIdOf } from "./function-url-event.ts";

/** An event of a back end that may act for the user it names; once an event of the function URL. */
export type ActingEvent = AuthenticatedEvent;

/**
 * Lets a back end's role act for the user that it names, if the deployment's list does. Lambda has verified the
 * signature and says whose it is (Lambda Developer Guide, "Control access to Lambda function URLs"); whoever may call
 * `lambda:InvokeFunction` on this function could forge that, as the threat model says.
 */
export function actFor(action: ActingRole["may"][number]): MiddlewareObj<ActingEvent> {
  return {
    before: (request) => {
      const received = request.event as unknown as LambdaFunctionURLEvent;
      const role = roleSessionOf(callerArnOf(received) ?? "");
      const userId = userIdOf(received);
      const { issuer, actingRoles } = settings();
      const ownerId = ownerIdOf(issuer, userId);
      const requestId = request.context.awsRequestId;
      if (!role || !mayAct(actingRoles, role, userId, action)) {
        (request.internal as Internal)[notAllowed] = {
          ownerId,
          caller: role?.roleName ?? "unknown",
          requestId,
        };
        throw new WaxsealError("NOT_ALLOWED_TO_ACT");
      }
      const who = { ownerId, actor: ownerId, caller: role.roleName, requestId };
      request.event = { ...fromFunctionUrl(received), who };
    },
  };
}
