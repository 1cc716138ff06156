/** Failures on purpose, for tests: what may become of a batch on its way to a function. */
export interface BatchFault {
  /** So often the batch is delivered, at the same time; 1 where nothing is said. */
  readonly deliveries?: number;
  /** The function's environment is killed so long after it got the batch. */
  readonly killAfterMs?: number;
  /** The same, when a test says so. */
  readonly kill?: AbortSignal;
  /**
   * The whole batch is delivered once more so long after, whatever became of it, and beside those that are due: "at
   * least once", late and out of order. What the function answers to that counts for nothing.
   */
  readonly againAfterMs?: number;
}

/** Asked once for each attempt at a batch. */
export type MappingFaults = (batch: {
  readonly functionArn: string;
  readonly shardId: string;
  readonly size: number;
  /** From 1. */
  readonly attempt: number;
  /** As the function gets them. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
}) => BatchFault | undefined;
