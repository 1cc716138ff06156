import { legacyRemoveRequest, legacySaveRequest, legacyStatus, legacySuccess } from "../legacy.ts";
import { bodyCodes, saveCodes, storeCodes, type Operation } from "./operation.ts";

/** For front ends that know the older routes; new ones use `/v1`. */
export const legacyOperations: Readonly<Record<string, Operation>> = {
  "POST /api/user/api-key": {
    id: "saveLegacy",
    summary: "Saves a provider key",
    description:
      "As `PUT /v1/provider-keys/{provider}`, with the answers that front ends of the older routes know.",
    body: legacySaveRequest,
    bodyExample: { provider: "openai", apiKey: "the API key as it was pasted" },
    answer: legacySuccess,
    answerExample: { success: true },
    codes: saveCodes,
  },
  "DELETE /api/user/api-key": {
    id: "removeLegacy",
    summary: "Removes a provider key; to remove what is not there is a success",
    body: legacyRemoveRequest,
    bodyExample: { provider: "openai" },
    answer: legacySuccess,
    answerExample: { success: true },
    codes: [...bodyCodes, "UNKNOWN_PROVIDER", ...storeCodes],
  },
  "GET /api/user/api-key-status": {
    id: "statusLegacy",
    summary: "For which providers there is a usable provider key",
    answer: legacyStatus,
    answerExample: { hasOpenAI: true, hasAnthropic: false, hasGoogle: false, hasApiKey: true },
    codes: storeCodes,
  },
};
