import {
  listAnswer,
  saveAnswer,
  saveRequest,
  updateAnswer,
  updateRequest,
  verifyAnswer,
} from "../provider-keys.ts";
import * as examples from "./examples.ts";
import { bodyCodes, openCodes, saveCodes, storeCodes, type Operation } from "./operation.ts";

const save: Operation = {
  id: "saveProviderKey",
  summary: "Saves a provider key, in place of the one that is there",
  description:
    "What pasting added is taken off, the format is checked, and the provider is asked by one call that costs nothing. What it refuses is not stored (`PROVIDER_KEY_REJECTED`); where it could not be asked, or did not say, the key is stored with the warning `VERIFICATION_INCONCLUSIVE`.",
  body: saveRequest,
  bodyExample: { apiKey: "the API key as it was pasted", label: "at work" },
  answer: saveAnswer,
  answerExample: examples.saved,
  codes: saveCodes,
};

const update: Operation = {
  id: "updateProviderKey",
  summary: "Disables, enables, labels, orders, or sets when it expires",
  body: updateRequest,
  bodyExample: { label: "at work", order: 1 },
  answer: updateAnswer,
  answerExample: examples.updated,
  codes: [...bodyCodes, "UNKNOWN_PROVIDER", "PROVIDER_KEY_NOT_FOUND", ...storeCodes],
};

const remove: Operation = {
  id: "removeProviderKey",
  summary: "Removes it, at once and for good",
  description: "At the provider it is still good: `GET /v1/providers` says where to revoke it.",
  codes: ["INVALID_REQUEST", "UNKNOWN_PROVIDER", "PROVIDER_KEY_NOT_FOUND", ...storeCodes],
};

const verify: Operation = {
  id: "verifyProviderKey",
  summary: "Asks the provider whether it takes the stored provider key",
  description: "A use like any other: it is claimed, counted and in the activity.",
  answer: verifyAnswer,
  answerExample: examples.verified,
  codes: ["INVALID_REQUEST", "UNKNOWN_PROVIDER", ...openCodes, ...storeCodes],
};

/** The same for one of several. */
const named = (operation: Operation): Operation => {
  return { ...operation, id: operation.id.replace("ProviderKey", "NamedProviderKey") };
};

export const providerKeyOperations: Readonly<Record<string, Operation>> = {
  "GET /v1/provider-keys": {
    id: "listProviderKeys",
    summary: "What is stored, everything but the keys",
    answer: listAnswer,
    answerExample: examples.listed,
    codes: storeCodes,
  },
  "PUT /v1/provider-keys/{provider}": save,
  "PATCH /v1/provider-keys/{provider}": update,
  "DELETE /v1/provider-keys/{provider}": remove,
  "POST /v1/provider-keys/{provider}/verify": verify,
  "PUT /v1/provider-keys/{provider}/{name}": named(save),
  "PATCH /v1/provider-keys/{provider}/{name}": named(update),
  "DELETE /v1/provider-keys/{provider}/{name}": named(remove),
  "POST /v1/provider-keys/{provider}/{name}/verify": named(verify),
};
