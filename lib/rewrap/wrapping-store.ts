import { wrappingAttributes } from "../attributes.ts";
import type { RewrappedDataKey } from "../kms/data-key-rewrapper.ts";
import { isTransient } from "../provider-keys/store-failures.ts";
import { TableWalk, type Page, type PageOfSegment } from "../provider-keys/walk.ts";
import {
  writeRecord,
  type DynamoSender,
  type RawRecord,
  type RecordAddress,
} from "../provider-keys/write-record.ts";
import { patientRetry, type RetryPolicy } from "../retry.ts";
import type { Wrapping } from "./wrapping.ts";

export interface WrappingStoreProps {
  readonly dynamo: DynamoSender;
  readonly table: string;
  /** What rewraps, as the audit names it: the function, or the command. */
  readonly caller: string;
  readonly now: () => Date;
  readonly retry?: RetryPolicy;
}

/**
 * The `ProviderKeys` table as a rewrap may see it: the wrapping attributes, and nothing that was encrypted.
 * Throws `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
 */
export class WrappingStore {
  readonly #props: WrappingStoreProps;
  readonly #walk: TableWalk;
  readonly #retry: RetryPolicy;

  constructor(props: WrappingStoreProps) {
    this.#props = props;
    this.#retry = props.retry ?? patientRetry;
    this.#walk = new TableWalk(props, wrappingAttributes, this.#retry);
  }

  page(page: PageOfSegment): Promise<Page> {
    return this.#walk.page(page);
  }

  one(address: RecordAddress): Promise<RawRecord | undefined> {
    return this.#walk.one(address);
  }

  /**
   * Replaces the wrapping, if seal and wrapping are still those that were read. After a lost answer it is sent again:
   * the condition lets it be applied once, and whoever gets a `false` looks at the record.
   *
   * @returns whether it was applied.
   */
  async rewrap(read: Wrapping, rewrapped: RewrappedDataKey, jobId: string): Promise<boolean> {
    const { ownerId, slot, sealId } = read;
    const { wrappedDataKey, encryptionKeyId, keyMaterialId, kmsRequestId } = rewrapped;
    const change = {
      operation: "rewrap",
      actor: "operator",
      caller: this.#props.caller,
      requestId: jobId,
      kmsRequestId,
      at: this.#props.now().toISOString(),
    } as const;
    const update = {
      set: { wrappedDataKey, encryptionKeyId, keyMaterialId },
      condition: "#sealId = :sealId AND #wrappedDataKey = :readWrappedDataKey",
      conditionValues: { sealId, readWrappedDataKey: read.wrappedDataKey },
    };
    const retry = { isTransient, policy: this.#retry };
    const written = await writeRecord(this.#props, "rewrap", { ownerId, slot }, change, update, { retry });
    return written.applied;
  }
}
