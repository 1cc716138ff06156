/** Failures on purpose, for tests: what may become of a batch on its way to a function. */
export interface BatchFault {
  /** So often the batch is delivered, at the same time; 1 where nothing is said. */
  readonly deliveries?: number;
  /** The function's environment is killed so long after it got the batch. */
  readonly killAfterMs?: number;
}

/** Asked once for each attempt at a batch. */
export type MappingFaults = (batch: {
  readonly functionArn: string;
  readonly shardId: string;
  readonly size: number;
  /** From 1. */
  readonly attempt: number;
}) => BatchFault | undefined;
