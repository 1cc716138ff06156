import { readAnswer } from "./answer.ts";
import { WaxsealApiError } from "./error.ts";
import type { Settings } from "./options.ts";

export interface Call {
  readonly method: "GET" | "PUT" | "PATCH" | "POST" | "DELETE";
  /** From the API's root, with its query. Never anything that a person typed or pasted. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Beyond this a read fails rather than ask again. */
const MAX_RETRIES = 3;

/**
 * One call. A read that is told to come back later does so, as long as `maxRetryWaitSeconds` allows; nothing else is
 * sent twice, since a save may have happened though its answer was lost.
 *
 * @throws {WaxsealApiError}; the signal's reason where the caller aborts.
 */
export async function send(settings: Settings, call: Call): Promise<unknown> {
  let left = call.method === "GET" ? settings.maxRetryWaitSeconds : 0;
  for (let retries = 0; ; retries += 1) {
    try {
      return await sendOnce(settings, call);
    } catch (error) {
      const seconds = waitAfter(error);
      if (seconds === undefined || seconds > left || left === 0 || retries === MAX_RETRIES) throw error;
      left -= seconds;
      await pause(seconds, call.signal);
    }
  }
}

/** Seconds until a call that failed so may be sent again, if it may. */
function waitAfter(error: unknown): number | undefined {
  if (!(error instanceof WaxsealApiError)) return undefined;
  return error.status === 429 || error.status === 503 ? (error.retryAfterSeconds ?? 1) : undefined;
}

async function sendOnce(settings: Settings, call: Call): Promise<unknown> {
  const token = await tokenOf(settings);
  call.signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(settings.timeoutSeconds * 1000);
  const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
  try {
    return await readAnswer(await settings.fetch(settings.base + call.path, init(call, token, signal)));
  } catch (error) {
    if (error instanceof WaxsealApiError) throw error;
    call.signal?.throwIfAborted();
    // What `fetch` throws may say where the request went; it is not passed on.
    throw new WaxsealApiError(timeout.aborted ? "TIMED_OUT" : "NETWORK_FAILED", 0);
  }
}

/** @throws {WaxsealApiError} `AUTHENTICATION_REQUIRED` where the callback has no token: nobody is signed in. */
async function tokenOf({ token }: Settings): Promise<string | undefined> {
  if (!token) return undefined;
  const value = await token();
  if (!value) throw new WaxsealApiError("AUTHENTICATION_REQUIRED", 401);
  return value;
}

/** Either the token or the cookies of the API's own origin, nothing kept, nothing followed to another address. */
function init({ method, body }: Call, token: string | undefined, signal: AbortSignal): RequestInit {
  return {
    method,
    signal,
    headers: {
      accept: "application/json",
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    credentials: token === undefined ? "same-origin" : "omit",
    cache: "no-store",
    redirect: "error",
    referrerPolicy: "no-referrer",
  };
}

function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      clearTimeout(timer);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's own reason
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener("abort", aborted, { once: true });
  });
}
