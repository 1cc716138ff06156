import { randomBytes } from "node:crypto";
import { kmsDataKeyGenerator } from "../../../lib/kms/data-key-generator.ts";
import { kmsDataKeyUnwrapper } from "../../../lib/kms/data-key-unwrapper.ts";
import type { ResealPagePorts } from "../../../lib/reseal/reseal-page.ts";
import { ResealStore } from "../../../lib/reseal/reseal-store.ts";
import type { RetryPolicy } from "../../../lib/retry.ts";
import {
  around,
  bothSuites,
  encryptionKeyId,
  endpoints,
  stage,
  type Around,
  type RecordsTable,
} from "../../support/records-table.ts";

export const atOnce: RetryPolicy = { maxAttempts: 3, longestDelayMs: 1, wait: async () => undefined };
export const once: RetryPolicy = { ...atOnce, maxAttempts: 1 };

/** A reseal's ports over the real stores, each call of AWS's through `surround`. */
export function resealPorts(
  table: RecordsTable,
  surround: Around = (_call, proceed) => proceed(),
  changes: Partial<ResealPagePorts> = {},
  retry: RetryPolicy = atOnce,
): ResealPagePorts {
  const { dynamo, kms } = around(table, surround);
  return {
    store: new ResealStore({ dynamo, table: table.name, caller: "test", now: () => new Date(), retry }),
    dataKeys: kmsDataKeyGenerator(kms, encryptionKeyId, retry),
    unwrapperFor: (useId) => kmsDataKeyUnwrapper(kms, useId, retry),
    newId: () => randomBytes(16).toString("base64url"),
    suite: "A256GCM",
    stage,
    readSuites: bothSuites,
    endpoints,
    dryRun: false,
    atOnce: 4,
    pageSize: 10,
    ...changes,
  };
}
