/** `waxseal/client`: the API for front ends and servers. It imports nothing, and needs `fetch` alone. */
export { createClient } from "./create-client.ts";
export type { ActivityOptions, CallOptions, WaxsealClient } from "./create-client.ts";
export { isWaxsealApiError, WaxsealApiError } from "./error.ts";
export type { Code, KnownCode } from "./error.ts";
export type { ClientOptions } from "./options.ts";
export type * from "./types.ts";
