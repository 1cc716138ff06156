import { suiteAttributes } from "../attributes.ts";
import type { SealedProviderKey } from "../envelope/envelope.ts";
import { claimForJob } from "../jobs/claim.ts";
import type { Change } from "../provider-keys/change.ts";
import { isTransient } from "../provider-keys/store-failures.ts";
import { TableWalk, type Page, type PageOfSegment } from "../provider-keys/walk.ts";
import {
  writeRecord,
  type DynamoSender,
  type RawRecord,
  type RecordAddress,
} from "../provider-keys/write-record.ts";
import { patientRetry, type RetryPolicy } from "../retry.ts";
import type { FoundSeal } from "./suite-of.ts";

export interface ResealStoreProps {
  readonly dynamo: DynamoSender;
  readonly table: string;
  /** What reseals, as the audit names it. */
  readonly caller: string;
  readonly now: () => Date;
  readonly retry?: RetryPolicy;
}

/**
 * The `ProviderKeys` table as a reseal sees it: which suite a record has, and one record whole by a claim.
 * Throws `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
 */
export class ResealStore {
  readonly #props: ResealStoreProps;
  readonly #walk: TableWalk;

  constructor(props: ResealStoreProps) {
    this.#props = props;
    this.#walk = new TableWalk(props, suiteAttributes, props.retry ?? patientRetry);
  }

  page(page: PageOfSegment): Promise<Page> {
    return this.#walk.page(page);
  }

  one(address: RecordAddress): Promise<RawRecord | undefined> {
    return this.#walk.one(address);
  }

  /** @returns the record, whole; `undefined` where it has another seal by now, or was removed. */
  claim({ ownerId, slot, sealId }: FoundSeal, jobId: string, useId: string): Promise<RawRecord | undefined> {
    const change = this.#change("reseal_claim", jobId, { useId });
    return claimForJob(this.#props, { ownerId, slot }, change, {
      sealId,
      retry: this.#props.retry ?? patientRetry,
    });
  }

  /**
   * Replaces everything sealed, if the seal is still the one that was read, and nothing else: state, label, order,
   * expiry, health and counters stay. After a lost answer it is sent again: the condition lets it be applied once, and
   * whoever gets a `false` looks at the record.
   *
   * @returns whether it was applied.
   */
  async reseal(
    { ownerId, slot, sealId }: FoundSeal,
    anew: SealedProviderKey,
    jobId: string,
    kmsRequestId: string,
  ): Promise<boolean> {
    const update = {
      set: { ...anew },
      condition: "#sealId = :readSealId AND #state <> :removed",
      conditionValues: { readSealId: sealId, removed: "removed" },
    };
    const retry = { isTransient, policy: this.#props.retry ?? patientRetry };
    const change = this.#change("reseal", jobId, { kmsRequestId });
    const address = { ownerId, slot };
    const written = await writeRecord(this.#props, "reseal", address, change, update, { retry });
    return written.applied;
  }

  /** Leaves the trace of a record that did not open. */
  async noteOpenFailed({ ownerId, slot, sealId }: FoundSeal, jobId: string, useId: string): Promise<void> {
    const change = this.#change("open_failed", jobId, { useId });
    const update = { condition: "#sealId = :sealId", conditionValues: { sealId } };
    await writeRecord(this.#props, "open failed", { ownerId, slot }, change, update);
  }

  #change(
    operation: Change["operation"],
    jobId: string,
    more: Pick<Change, "useId" | "kmsRequestId">,
  ): Change {
    const { caller, now } = this.#props;
    return { operation, actor: "operator", caller, requestId: jobId, at: now().toISOString(), ...more };
  }
}
