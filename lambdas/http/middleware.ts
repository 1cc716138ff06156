import type { MiddlewareObj } from "@middy/core";
import type { Identity } from "../../lib/auth/verify-token.ts";
import { noteRefusal, settings, takeLimit, verifyToken } from "../../lib/compose.ts";
import { corsHeaders } from "../../lib/cors.ts";
import { isWaxsealError, WaxsealError } from "../../lib/errors.ts";
import { createLogger } from "../../lib/log/logger.ts";
import type { Actor } from "../../lib/provider-keys/change.ts";
import type { FunctionName } from "../../lib/routes.ts";
import { errorAnswer, type ApiResponse } from "./answer.ts";
import { bearerToken } from "./bearer.ts";
import { routeOf, singleHeader, type ApiEvent } from "./event.ts";
import { refuseOtherPages } from "./page-origin.ts";
import { sessionToken } from "./session-cookie.ts";

const logger = createLogger(process.env["POWERTOOLS_SERVICE_NAME"] ?? "waxseal");

/** An event whose token was verified. */
export type AuthenticatedEvent = ApiEvent & { who: Actor };

/** In middy's `internal`: who it was that may not act, and for whom. */
export const notAllowed = "notAllowed";
export interface Internal {
  [notAllowed]?: Pick<Actor, "ownerId" | "caller" | "requestId">;
}

/**
 * Verifies the request's token, before anything else of it is looked at. It is done here, not in an
 * authorizer of the gateway, so that an event forged through `lambda:InvokeFunction` gains nothing.
 *
 * A token in a header decides alone: a bad one does not fall back on the session's cookie.
 *
 * @param tokenHeader - the other header that the token may come in: see `bearerToken`.
 */
export function authenticate(
  tokenHeader?: (event: ApiEvent) => string | undefined,
): MiddlewareObj<AuthenticatedEvent> {
  return {
    before: async ({ event, context }) => {
      const identity = await identityOf(event, tokenHeader?.(event)).catch(async (error: unknown) => {
        if (isWaxsealError(error, "AUTHENTICATION_REQUIRED")) await countFailure(event, context.awsRequestId);
        throw error;
      });
      event.who = { ...identity, caller: context.functionName, requestId: context.awsRequestId };
    },
  };
}

async function identityOf(event: ApiEvent, tokenHeader: string | undefined): Promise<Identity> {
  const { sessionCookie, allowedOrigins } = settings();
  const bearer = bearerToken(event, tokenHeader);
  const token = bearer ?? sessionToken(event, sessionCookie);
  if (token === undefined) throw new WaxsealError("AUTHENTICATION_REQUIRED");
  const identity = await verifyToken()(token);
  if (bearer === undefined) refuseOtherPages(event, allowedOrigins);
  return identity;
}

/**
 * Counts a failed authentication for its source address; a good token is never asked whether it was counted.
 * Where it cannot be counted, the failure stands by itself.
 *
 * @throws {WaxsealError} `RATE_LIMITED`.
 */
async function countFailure(event: ApiEvent, requestId: string): Promise<void> {
  try {
    await takeLimit()("failedAuthentication", networkOf(event.requestContext.identity.sourceIp));
  } catch (error) {
    if (isWaxsealError(error, "RATE_LIMITED")) throw error;
    const aws = isWaxsealError(error) ? error.aws : undefined;
    logger.error("failed authentication not counted", { code: "LIMITS_UNAVAILABLE", requestId, aws });
  }
}

/** An IPv6 address counts as its network: whoever has one address of a /64 has all of them (RFC 6177). */
function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = [], tail = []] = address.split("::", 2).map((half) => half.split(":").filter(Boolean));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill("0");
  return [...head, ...zeros, ...tail].slice(0, 4).join(":");
}

/**
 * Answers whatever was thrown by its code, and logs it: code, route, request id, the AWS call that failed. Every
 * answer, an error or not, leaves with the CORS headers of the origin that asks.
 */
export function answerErrors(): MiddlewareObj<AuthenticatedEvent, ApiResponse> {
  return {
    after: (request) => {
      if (request.response) request.response = withCors(request.response, request.event);
    },
    onError: async (request) => {
      const { error, event, context } = request;
      const known = isWaxsealError(error) ? error : new WaxsealError("INTERNAL");
      const route = routeOf(event);
      const answer = errorAnswer(known, route);
      const fields = { code: known.code, requestId: context.awsRequestId, route: route.path, aws: known.aws };
      if (answer.statusCode < 500) logger.info("refused", fields);
      else logger.error("failed", known === error ? fields : { ...fields, thrown: error?.name });
      request.response = withCors(answer, event);
      const who = (request.internal as Internal)[notAllowed] ?? (event as Partial<AuthenticatedEvent>).who;
      const unknown = { caller: context.functionName, requestId: context.awsRequestId };
      const isUse = usingFunctions.includes(route.function);
      await noteRefusal()({ error: known, who: who ?? unknown, isUse });
    },
  };
}

/** Those that use a provider key. */
const usingFunctions: readonly FunctionName[] = ["verify", "provider-proxy", "acting-proxy"];

function withCors(answer: ApiResponse, event: ApiEvent): ApiResponse {
  return {
    ...answer,
    headers: { ...answer.headers, ...corsHeaders(singleHeader(event, "origin"), origins()) },
  };
}

/** An error because of the settings is answered too. */
function origins(): readonly string[] {
  try {
    return settings().allowedOrigins;
  } catch {
    return [];
  }
}
