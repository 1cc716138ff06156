import type { MiddlewareObj } from "@middy/core";
import { verifyToken } from "../../lib/compose.ts";
import { isWaxsealError, WaxsealError } from "../../lib/errors.ts";
import { createLogger } from "../../lib/log/logger.ts";
import type { Actor } from "../../lib/provider-keys/change.ts";
import { errorAnswer, type ApiResponse } from "./answer.ts";
import { bearerToken } from "./bearer.ts";
import { routeOf, type ApiEvent } from "./event.ts";

const logger = createLogger(process.env["POWERTOOLS_SERVICE_NAME"] ?? "waxseal");

/** An event whose token was verified. */
export type AuthenticatedEvent = ApiEvent & { who: Actor };

/**
 * Verifies the request's token, before anything else of it is looked at. It is done here, not in an
 * authorizer of the gateway, so that an event forged through `lambda:InvokeFunction` gains nothing.
 *
 * @param tokenHeader - the other header that the token may come in: see `bearerToken`.
 */
export function authenticate(
  tokenHeader?: (event: ApiEvent) => string | undefined,
): MiddlewareObj<AuthenticatedEvent> {
  return {
    before: async ({ event, context }) => {
      const identity = await verifyToken()(bearerToken(event, tokenHeader?.(event)));
      event.who = { ...identity, caller: context.functionName, requestId: context.awsRequestId };
    },
  };
}

/** Answers whatever was thrown by its code, and logs it: code, route, request id, the AWS call that failed. */
export function answerErrors(): MiddlewareObj<AuthenticatedEvent, ApiResponse> {
  return {
    onError: (request) => {
      const { error, event, context } = request;
      const known = isWaxsealError(error) ? error : new WaxsealError("INTERNAL");
      const route = routeOf(event);
      const answer = errorAnswer(known, route);
      const fields = { code: known.code, requestId: context.awsRequestId, route: route.path, aws: known.aws };
      if (answer.statusCode < 500) logger.info("refused", fields);
      else logger.error("failed", known === error ? fields : { ...fields, thrown: error?.name });
      request.response = answer;
    },
  };
}
