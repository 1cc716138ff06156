import { ArnPrincipal } from "aws-cdk-lib/aws-iam";
import { FunctionUrlAuthType, InvokeMode, type Function } from "aws-cdk-lib/aws-lambda";
import { actingRoutes, type FunctionName } from "../lib/routes.ts";
import type { ActingRole } from "../lib/settings.ts";

/** The functions of back ends that act for a user. */
export type ActingFunctionName = (typeof actingRoutes)[number]["function"];
export type ApiFunctionName = Exclude<FunctionName, ActingFunctionName>;

/** What a role must be allowed, for it to be let in. */
const needed: Readonly<Record<ActingFunctionName, ActingRole["may"][number]>> = {
  "acting-proxy": "use",
  "delete-owner": "delete",
};

export function isActing(name: FunctionName): name is ActingFunctionName {
  return Object.hasOwn(needed, name);
}

/**
 * Gives the function a URL of its own, for the roles that may: the caller must sign, and IAM tells the
 * function which role it is. For whom each may act the function asks by itself.
 *
 * @returns the URL
 */
export function openToRoles(
  name: ActingFunctionName,
  fn: Function,
  actingRoles: readonly ActingRole[],
): string {
  const streams = actingRoutes.some((route) => route.function === name && "streams" in route);
  const { url } = fn.addFunctionUrl({
    authType: FunctionUrlAuthType.AWS_IAM,
    invokeMode: streams ? InvokeMode.RESPONSE_STREAM : InvokeMode.BUFFERED,
  });
  const admitted = actingRoles.filter(({ may }) => may.includes(needed[name])).map(({ role }) => role);
  for (const role of new Set(admitted)) admit(fn, role);
  return url;
}

/**
 * Since October 2025 a function URL asks for two permissions (AWS Lambda, "Control access to Lambda function
 * URLs", read in November 2026). By the second the function may be invoked through its URL only, where Lambda
 * says who calls, and not with an event that the caller wrote.
 */
function admit(fn: Function, role: string): void {
  const principal = new ArnPrincipal(role);
  fn.addPermission(`Url of ${role}`, {
    principal,
    action: "lambda:InvokeFunctionUrl",
    functionUrlAuthType: FunctionUrlAuthType.AWS_IAM,
  });
  fn.addPermission(`Invocation of ${role}`, {
    principal,
    action: "lambda:InvokeFunction",
    invokedViaFunctionUrl: true,
  });
}
