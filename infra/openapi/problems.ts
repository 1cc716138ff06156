/** The answers to what goes wrong, by status: which codes they may have, and in what form. */
import { legacyAnswer } from "../../lib/api/legacy-answer.ts";
import { legacyError } from "../../lib/api/legacy.ts";
import type { Operation } from "../../lib/api/operations/operation.ts";
import type { ProblemCode } from "../../lib/api/problem.ts";
import { statusByCode } from "../../lib/api/status.ts";
import { errorCodes, isRetryable, messageOf, WaxsealError, type ErrorCode } from "../../lib/errors.ts";
import { problem } from "../../lib/problem.ts";
import { gatewayProblems, type Route } from "../../lib/routes.ts";

interface Failure {
  readonly status: number;
  readonly code: ProblemCode;
  readonly text: string;
  readonly retry: boolean;
  /** Said by the gateway, before any function. */
  readonly isGateways?: true;
}

/** Whoever is not signed in, or not well configured, is told so on every route but a public one. */
const ofEveryone: readonly ErrorCode[] = [
  "AUTHENTICATION_REQUIRED",
  "ORIGIN_NOT_ALLOWED",
  "RATE_LIMITED",
  "ISSUER_UNAVAILABLE",
  "INVALID_SETTINGS",
  "INTERNAL",
];

const ofGateway: readonly Failure[] = Object.entries(gatewayProblems)
  .filter(([type]) => type !== "MISSING_AUTHENTICATION_TOKEN")
  .map(([, { status, code, title }]) => ({ status, code, text: title, retry: false, isGateways: true }));

/** By status, the lowest first. */
export function problemResponses(
  route: Route,
  { codes }: Operation,
  isActing: boolean,
): Record<string, object> {
  const all = route.isPublic || isActing ? codes : [...codes, ...ofEveryone];
  const own = errorCodes.filter((code) => all.includes(code)).map((code) => failureOf(code, route));
  // The one that a function says of it says more.
  const gateways = isActing ? [] : ofGateway.filter(({ code }) => !own.some((one) => one.code === code));
  const byStatus = Map.groupBy([...own, ...gateways], ({ status }) => String(status));
  return Object.fromEntries([...byStatus].map(([status, some]) => [status, responseOf(route, some)]));
}

function failureOf(code: ErrorCode, route: Route): Failure {
  const retry = isRetryable(code);
  if (route.errors !== "legacy") return { status: statusByCode[code], code, text: messageOf(code), retry };
  return { ...legacyAnswer(new WaxsealError(code, { provider: "openai" }), route), code, retry };
}

function responseOf(route: Route, failures: readonly Failure[]): object {
  const isLegacy = route.errors === "legacy";
  // The gateway answers with problem documents, whatever a route's own form is.
  const problems = isLegacy ? failures.filter(({ isGateways }) => isGateways) : failures;
  const legacy = isLegacy ? failures.filter(({ isGateways }) => !isGateways) : [];
  return {
    description: failures.map(({ code, text }) => `\`${code}\`: ${text}`).join("; "),
    headers: headersOf(failures),
    content: {
      ...(legacy.length > 0 && { "application/json": legacyContent(legacy) }),
      ...(problems.length > 0 && { "application/problem+json": problemContent(route, problems) }),
    },
  };
}

function headersOf(failures: readonly Failure[]): object {
  const own = failures.filter(({ isGateways }) => !isGateways).map(({ code }) => code);
  const header = (description: string, schema: object) => ({ description, schema });
  return {
    ...(own.length > 0 && { "waxseal-error-code": header("The code", { type: "string", enum: own }) }),
    ...(failures.some(({ retry }) => retry) && {
      "retry-after": header("Seconds until the same request may succeed", { type: "integer", minimum: 1 }),
    }),
    ...(own.includes("AUTHENTICATION_REQUIRED") && {
      "www-authenticate": header("How to sign in", { type: "string", const: "Bearer" }),
    }),
  };
}

function legacyContent(failures: readonly Failure[]): object {
  const examples = failures.map(({ code, text }) => [code, { value: { error: text } }] as const);
  return { schema: legacyError, examples: Object.fromEntries(examples) };
}

function problemContent({ streams }: Route, failures: readonly Failure[]): object {
  const codes = failures.map(({ code }) => code);
  // Of the gateway's there is the plain document alone.
  const isForSdks = streams && failures.every(({ isGateways }) => !isGateways);
  const $ref = `#/components/schemas/${isForSdks ? "ProxyProblem" : "Problem"}`;
  const narrowed = { type: "object", properties: { code: { enum: codes } } };
  const examples = failures.map(
    (failure) => [failure.code, { value: documentOf(failure, streams) }] as const,
  );
  return { schema: { allOf: [{ $ref }, narrowed] }, examples: Object.fromEntries(examples) };
}

function documentOf({ status, code, text, isGateways }: Failure, streams?: boolean): object {
  const document = problem(status, code, text);
  return streams && !isGateways ? { ...document, error: { message: text, code, type: "waxseal" } } : document;
}
