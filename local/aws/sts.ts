/** STS GetCallerIdentity, so that `aws sts get-caller-identity` shows under which role one works. */
import { localAccountId } from "../stack.ts";
import type { Caller } from "./caller.ts";
import { unknownOperation } from "./protocol.ts";

/** Answers the query protocol: form fields in, XML out (STS API Reference, "GetCallerIdentity"). */
export function callerIdentityXml(form: URLSearchParams, caller: Caller, requestId: string): string {
  const action = form.get("Action") ?? "";
  if (action !== "GetCallerIdentity") throw unknownOperation("STS", action);
  return (
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
    `<Arn>${caller.arn}</Arn><UserId>${caller.principalId}</UserId><Account>${localAccountId}</Account>` +
    `</GetCallerIdentityResult><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>` +
    `</GetCallerIdentityResponse>`
  );
}
