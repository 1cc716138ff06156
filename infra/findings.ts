/** The cdk-nag findings that stand, each on its construct, with the reason why it does. */
import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

type Reasons = Readonly<Record<string, string>>;

export const acceptedOfMethods: Reasons = {
  "AwsSolutions-APIG4":
    "Tokens are verified within each function, the same on every way in: whoever may invoke a function " +
    "could otherwise forge the event of an authorizer. A test calls every route without a token.",
  "AwsSolutions-COG4":
    "Any OIDC issuer may be the application's; the functions verify its tokens, Cognito's included.",
};

export const acceptedOfApi: Reasons = {
  "AwsSolutions-APIG2":
    "Requests are validated within the functions, which answer with fixed texts; API Gateway's validator " +
    "answers with messages that name parts of the request.",
};

export const acceptedWithoutWaf: Reasons = {
  "AwsSolutions-APIG3":
    "A web ACL costs some $9 a month, so it is the operator's to turn on, by -c waf=on; the stage is " +
    "throttled, and owners and addresses have limits of their own.",
};

export const acceptedOfStage: Reasons = {
  "AwsSolutions-APIG6":
    "Execution logs hold request headers and, in full, bodies: tokens and provider keys. The functions log.",
};

export const acceptedWithoutAccessLogs: Reasons = {
  "AwsSolutions-APIG1":
    "A REST API writes access logs through one role that is set for the whole account and region, and a " +
    "deployment fails where there is none; with it, turn them on by -c accessLogs=true.",
};

export const acceptedOfRateLimits: Reasons = {
  "AwsSolutions-DDB3":
    "The counters of limits are gone within a day by themselves: there is nothing in them to recover.",
};

export const acceptedOfDurableFunction: Reasons = {
  "AwsSolutions-IAM5":
    "A durable execution's ARN is made when it starts: the function may checkpoint and read its own, under any " +
    "version. Of the jobs it may read and keep those of its kind.",
};

export const acceptedOfBuckets: Reasons = {
  "AwsSolutions-S1":
    "Who reads or writes evidence shows in CloudTrail; server access logs would be a further bucket that nobody looks into.",
};

export const acceptedOfRecorder: Reasons = {
  "AwsSolutions-IAM5":
    "Manifests and what was given up have names that are made as they are written: the role may put such objects, " +
    "each in its own bucket.",
};

export const acceptedOfTrailReader: Reasons = {
  "AwsSolutions-IAM5":
    "CloudTrail names its files when it writes them: the function may read those of the trail.",
};

export const acceptedOfAuditor: Reasons = {
  "AwsSolutions-IAM5":
    "An auditor reads every manifest, checkpoint and file of the trail: what is not looked at proves nothing.",
};

/** @param evidence - as cdk-nag tells the findings of one rule apart: `[Resource::…]`. */
export function accept(construct: IConstruct, reasons: Reasons, evidence = ""): void {
  for (const [rule, reason] of Object.entries(reasons))
    Validations.of(construct).acknowledge({ id: `${rule}${evidence}`, reason });
}
