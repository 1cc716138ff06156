import * as z from "zod/mini";
import { errorCodes, type ErrorCode } from "../errors.ts";
import { gatewayProblems } from "../routes.ts";
import { slotPart } from "./fields.ts";

/** What the gateway answers itself, before any function. */
export type GatewayCode = (typeof gatewayProblems)[keyof typeof gatewayProblems]["code"];
export type ProblemCode = ErrorCode | GatewayCode;

export const problemCodes: readonly ProblemCode[] = [
  ...errorCodes,
  ...Object.values(gatewayProblems)
    .map(({ code }) => code)
    .filter((code) => !(errorCodes as readonly string[]).includes(code)),
];

/** An RFC 9457 problem document: constants by code, and nothing of the request. */
export const problemDocument = z
  .strictObject({
    type: z.literal("about:blank"),
    title: z.string().check(z.meta({ description: "A constant text, by code" })),
    status: z.int(),
    code: z.enum(problemCodes),
    looksLike: z.optional(
      slotPart.check(
        z.meta({ description: "`OTHER_PROVIDERS_KEY`: the provider whose API key it looks like" }),
      ),
    ),
  })
  .register(z.globalRegistry, {
    id: "Problem",
    description: "RFC 9457: constants by code, and nothing of the request",
  });

/** On proxied routes the same once more where the providers' official SDKs look for it. */
export const proxyProblem = z
  .extend(problemDocument, {
    error: z.strictObject({
      message: z.string(),
      code: z.enum(problemCodes),
      type: z.literal("waxseal"),
    }),
  })
  .register(z.globalRegistry, {
    id: "ProxyProblem",
    description: "RFC 9457, with a member that the providers' SDKs show",
  });
