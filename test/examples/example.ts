import type { World } from "./world.ts";

/** One of `docs/examples`, run against the local system. */
export interface Example {
  readonly name: string;
  readonly says: string;
  /** @throws what went wrong. */
  readonly run: (world: World) => Promise<void>;
}
