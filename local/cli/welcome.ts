import { localBackEndRole } from "../settings.ts";
import type { LocalSystem } from "../system.ts";

/** Plainly no one's: accepted by the format check, and in no form that a provider issues. */
const EXAMPLE_KEY = "sk-" + "this-is-only-an-example";

/** What is printed when all is ready: addresses, and a session to paste. */
export function welcome(system: LocalSystem, dataDirectory: string | undefined): string {
  const { api, awsEndpoint, standIn, actingProxy, deleteOwner } = system;
  const signed = `--aws-sigv4 aws:amz:us-east-1:lambda --user ${system.accessKeyIdOfRole(localBackEndRole)}:local`;
  return `
Waxseal is ready. For development and evaluation only: AWS is emulated, tokens are for the asking.

  Demo                ${api}/   (open it in a browser: a settings page, a chat, and what you see as operator)

  API                 ${api}
  AWS endpoint        ${awsEndpoint}   (KMS, DynamoDB, S3 …; any AWS SDK or the AWS CLI)
  Stand-in provider   ${standIn}
  Acting proxy        ${actingProxy}   (a back end's function URLs, for IAM roles;
  Delete an owner     ${deleteOwner}    the access key id says which, signatures are not verified)
  State               ${dataDirectory ?? "in memory only (--data DIR keeps it)"}

Or paste this, a line or all of it (the demo shows what it does):

  TOKEN=$(curl -s '${api}/local/token?sub=ada')

  # save a provider key, and see that it is configured
  curl -s ${api}/api/user/api-key -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
    -d '{"provider":"openai","apiKey":"${EXAMPLE_KEY}"}'
  curl -s ${api}/api/user/api-key-status -H "authorization: Bearer $TOKEN"

  # use it: plain, then streamed; no caller ever sees it
  curl -s ${api}/proxy/openai/v1/chat/completions -H "authorization: Bearer $TOKEN" \\
    -H 'content-type: application/json' -d '{"model":"gpt-test","messages":[{"role":"user","content":"hi"}]}'
  curl -sN ${api}/proxy/openai/v1/chat/completions -H "authorization: Bearer $TOKEN" \\
    -H 'content-type: application/json' -d '{"model":"gpt-test","stream":true,"messages":[]}'

  # the same for a back end: its role signs, and says for whom
  curl -s ${actingProxy}/proxy/openai/v1/chat/completions ${signed} \\
    -H 'waxseal-user-id: ada' -H 'content-type: application/json' -d '{"model":"gpt-test","messages":[]}'

  # what its owner sees, what the provider got, what KMS recorded
  curl -s ${api}/v1/provider-keys -H "authorization: Bearer $TOKEN"
  curl -s ${standIn}/_received
  curl -s ${awsEndpoint}/_cloudtrail

  # remove it
  curl -s -X DELETE ${api}/api/user/api-key -H "authorization: Bearer $TOKEN" \\
    -H 'content-type: application/json' -d '{"provider":"openai"}'

  # as cdk deploy with -c would: other settings, while all goes on
  curl -s ${api}/local/deploy -d '{"writeSuite":"A256GCM"}'

Ctrl-C ends it.
`;
}
