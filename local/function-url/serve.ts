/**
 * A function URL with IAM authorization: who calls, whether IAM allows it, the event, the answer. Emulated:
 * the access key id decides who calls, and the signature is not verified (see `local/aws/caller.ts`).
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caller, Callers } from "../aws/caller.ts";
import { denialOf } from "../aws/iam/authorise.ts";
import { answerResult } from "../gateway/answer.ts";
import { MAX_EVENT_BYTES } from "../gateway/gateway.ts";
import { readLimited } from "../http/read-limited.ts";
import type { InvocationResult } from "../lambda/environment.ts";
import { localRegion, type FunctionResource } from "../stack.ts";
import { urlEvent } from "./event.ts";

export type InvokeFunction = (event: unknown) => Promise<InvocationResult>;

export async function handleUrlRequest(
  request: IncomingMessage,
  response: ServerResponse,
  fn: FunctionResource | undefined,
  callers: Callers,
  invoke: InvokeFunction,
): Promise<void> {
  const body = await readLimited(request, MAX_EVENT_BYTES);
  const caller = signer(request, callers);
  // Where no role may act for anyone, the stack has no such function.
  if (!caller || !fn || !mayInvoke(caller, fn)) return refuse(response, 403, forbidden);
  const event = body && urlEvent(request, caller, body);
  if (!event || Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES)
    return refuse(response, 413, "The request is too large");
  const failed = () => refuse(response, 502, "Internal Server Error");
  const result = await invoke(event).catch(() => undefined);
  if (!result) return failed();
  // Lambda makes a 200 of an answer without a status; ours always say theirs, so one that does not has failed.
  await answerResult(response, result, failed);
}

/** As Lambda words it (seen in brikis98/devops-book pull request 12, May 2026). */
const forbidden =
  "Forbidden. For troubleshooting Function URL authorization issues, see: " +
  "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";

/** The signature's scope must be Lambda in this region. Signatures in the query string are not supported. */
function signer({ headers: { authorization } }: IncomingMessage, callers: Callers): Caller | undefined {
  const scope = new RegExp(
    `^AWS4-HMAC-SHA256 .*?Credential=[^/,\\s]+/\\d{8}/${localRegion}/lambda/aws4_request\\b`,
  );
  return authorization && scope.test(authorization) ? callers.identify(authorization) : undefined;
}

/**
 * Both permissions, each by the caller's own policies or by the function's (Lambda Developer Guide, "Control
 * access to Lambda function URLs", for callers of the same account; read in November 2026).
 */
function mayInvoke(caller: Caller, { arn, url }: FunctionResource): boolean {
  const conditionKeys = {
    "lambda:InvokeFunctionUrl": { "lambda:FunctionUrlAuthType": "AWS_IAM" },
    "lambda:InvokeFunction": { "lambda:InvokedViaFunctionUrl": "true" },
  };
  return Object.entries(conditionKeys).every(([action, keys]) => {
    const request = { caller, action, resourceArn: arn, conditionKeys: keys };
    return denialOf({ ...request, resourcePolicy: url?.policy ?? [] }) === undefined;
  });
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ Message: message }));
}
