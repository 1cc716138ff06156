import type { ServerResponse } from "node:http";
import type { Refusal, RefusalAnswer } from "./refusal.ts";
import type { StandInCall } from "./send.ts";

/** One provider's API, as far as its official SDK needs it for the calls that the proxy passes on. */
export interface Dialect {
  /** Answers a call whose key is good; `false` for one that the API does not have. */
  readonly answer: (call: StandInCall, response: ServerResponse) => Promise<boolean> | boolean;
  readonly refuse: (why: Refusal, call: StandInCall) => RefusalAnswer;
}
