/** A call and its answer in AWS's REST-JSON protocol. */
import type { Caller } from "../aws/protocol.ts";

export interface RestCall {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** One header's value, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
  readonly caller: Caller;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** Lambda's paths begin with the version of the API: `/2015-03-31/functions/…`. */
export function isLambdaPath(url = ""): boolean {
  return /^\/20\d\d-\d\d-\d\d\//.test(url);
}
