import type { JobStore } from "../jobs/job-store.ts";
import type { Logger } from "../log/logger.ts";
import type { RewrapPagePorts } from "./rewrap-page.ts";
import type { CurrentWrapping } from "./wrapping.ts";

/** What the durable rewrap needs; `lib/rewrap/compose-durable.ts` gives it. */
export interface DurableRewrapPorts {
  readonly jobs: Pick<JobStore, "unfinished" | "create" | "takeOver" | "get" | "checkpoint" | "end">;
  /** Asks KMS which wrapping is the right one. */
  readonly currentWrapping: () => Promise<CurrentWrapping>;
  /** @param segments - as many share the rate of KMS calls. */
  readonly pagePorts: (current: CurrentWrapping, dryRun: boolean, segments: number) => RewrapPagePorts;
  readonly logger: Pick<Logger, "warn" | "error">;
  /** The durable function, qualified, for its segments. */
  readonly self: string;
  /** After so many operations a worker hands over (default: `HAND_OVER_AFTER`). */
  readonly operations?: number | undefined;
  readonly now: () => Date;
  readonly newId: () => string;
}
