/** The operation of each route of the route table, by `METHOD path`; a test holds the two together. */
import { deleteOwnerAnswer } from "../acting.ts";
import { activityAnswer, activityQuery } from "../activity.ts";
import { providersAnswer } from "../providers.ts";
import * as examples from "./examples.ts";
import { legacyOperations } from "./legacy.ts";
import { openCodes, storeCodes, type Operation } from "./operation.ts";
import { providerKeyOperations } from "./provider-keys.ts";

const proxy: Operation = {
  id: "proxy",
  summary: "The provider's own API, called with the owner's provider key, streamed",
  description:
    "`{path}` is the provider's own, of as many segments as it has; only inference calls and lists of models are passed on. `{provider}` may name one of several as `openai@work`; without a name the first in the owner's order is used, and the next where the provider refuses. The token may come in the header in which the provider's official SDK sends its key. The answer is the provider's, and so are its errors; `waxseal-slot` says which provider key was used.",
  codes: [
    ...(["INVALID_REQUEST", "UNSUPPORTED_MEDIA_TYPE", "UNKNOWN_PROVIDER", "ROUTE_NOT_ALLOWED"] as const),
    ...openCodes,
    ...(["PROVIDER_UNREACHABLE", "PROVIDER_REDIRECTED", "PROVIDER_TIMEOUT"] as const),
    ...storeCodes,
  ],
};

export const operations: Readonly<Record<string, Operation>> = {
  "GET /v1/providers": {
    id: "listProviders",
    summary: "What can be stored: the providers, their key formats, and where to revoke",
    answer: providersAnswer,
    answerExample: examples.providers,
    codes: [],
  },
  ...providerKeyOperations,
  "GET /v1/activity": {
    id: "listActivity",
    summary: "What happened to one's own provider keys, newest first",
    query: activityQuery,
    answer: activityAnswer,
    answerExample: examples.activity,
    codes: ["INVALID_REQUEST", ...storeCodes],
  },
  "ANY /proxy/{provider}/{path+}": proxy,
  ...legacyOperations,
  "GET /v1/openapi.json": {
    id: "describeApi",
    summary: "This description, as OpenAPI 3.1",
    description: "Without sign-in; it is the same for everyone.",
    codes: [],
  },
};

/** Of back ends that act for a user, at function URLs of their own. */
export const actingOperations: Readonly<Record<string, Operation>> = {
  "ANY /proxy/{provider}/{path+}": { ...proxy, id: "actingProxy" },
  "DELETE /provider-keys": {
    id: "deleteOwner",
    summary: "Removes all provider keys of a closed account",
    description:
      "At a function URL of its own, for back ends whose role may do it. The header `waxseal-user-id` names the user.",
    answer: deleteOwnerAnswer,
    answerExample: { removed: 2 },
    codes: [
      "INVALID_REQUEST",
      "NOT_ALLOWED_TO_ACT",
      "ROUTE_NOT_ALLOWED",
      "INVALID_SETTINGS",
      "INTERNAL",
      ...storeCodes,
    ],
  },
};
