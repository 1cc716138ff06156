import type { AlarmingCodes } from "../alarms.ts";

/** Of the function that reconciles: as `lib/witness/report.ts` has them. What to do: `docs/operations.md`, "Auditing". */
export const witnessCodes: AlarmingCodes = {
  DECRYPTION_UNACCOUNTED: {
    level: "page",
    meaning: "A data key was decrypted or re-encrypted, and nothing of the application explains it",
  },
  DECRYPTION_WITHOUT_CLAIM: {
    level: "ticket",
    meaning: "A role of the stack decrypted for a claim that was not recorded within the grace time",
  },
  CONTROL_PLANE_CHANGED: {
    level: "page",
    meaning: "Policy, grants or state of a KMS key, the trail, or a bucket of the audit were changed",
  },
  CONTROL_PLANE_TOUCHED: {
    level: "ticket",
    meaning: "The same by a deployment, in vain, or in what opens nothing",
  },
  TRAIL_FILE_MISSING: { level: "page", meaning: "A file of the trail that was there is gone" },
  TRAIL_FILE_MALFORMED: { level: "ticket", meaning: "A file of the trail is not whole" },
  TRAIL_FILE_UNREADABLE: {
    level: "page",
    meaning: "A file of the trail cannot be read for an hour and longer",
  },
  RECONCILE_FAILED: { level: "ticket", meaning: "What CloudTrail showed could not be looked at" },
};
