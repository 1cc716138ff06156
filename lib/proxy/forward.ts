import { WaxsealError } from "../errors.ts";
import type { ProviderKeyUse } from "../provider-keys/use.ts";
import type { Provider } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import { authorize } from "./authorize.ts";
import { requestHeaders, responseHeaders } from "./headers.ts";
import { scrubName, scrubStream, scrubText } from "./scrub.ts";

/** A call to a provider, already checked. */
export interface ProviderCall {
  readonly provider: Provider;
  /** Path and query: see `targetOf`. */
  readonly target: string;
  readonly method: string;
  /** The caller's; an allow-list picks. */
  readonly headers: Headers;
  /** Whole, since it may have to be sent again. */
  readonly body: Uint8Array | undefined;
  /** Ends the call, its response body included. */
  readonly signal: AbortSignal;
}

/**
 * Calls the provider with a claimed provider key, at the origin that this key was sealed for, and gives its answer
 * back as it comes, without the provider key should the provider echo it. Redirects are not followed.
 *
 * @throws {WaxsealError} `PROVIDER_UNREACHABLE`, `PROVIDER_TIMEOUT`, `PROVIDER_REDIRECTED`.
 */
export async function forward(call: ProviderCall, use: ProviderKeyUse): Promise<Response> {
  const response = await callProvider(call, use);
  // Which of several provider keys was used, and by which use the audit knows it.
  response.headers.set("waxseal-slot", use.slot);
  response.headers.set("waxseal-use-id", use.useId);
  return response;
}

/** The same with a provider key that is not stored yet. @throws as `forward`. */
export async function callProvider(
  call: ProviderCall,
  { origin, providerKey }: Pick<ProviderKeyUse, "origin" | "providerKey">,
): Promise<Response> {
  const headers = requestHeaders(call.provider, call.headers);
  authorize(headers, call.provider.authorization, providerKey);
  return scrubbed(await send(call, headers, origin), providerKey);
}

async function send(call: ProviderCall, headers: Headers, origin: string): Promise<Response> {
  const { target, method, body = null, signal } = call;
  const init: RequestInit = {
    method,
    headers,
    body: body as (RequestInit["body"] & {}) | null,
    signal,
    redirect: "manual",
  };
  // Put together, not resolved: a path that begins with two slashes would be another host.
  const response = await fetch(origin + target, init).catch(() => {
    throw new WaxsealError(signal.aborted ? "PROVIDER_TIMEOUT" : "PROVIDER_UNREACHABLE");
  });
  const { status } = response;
  const isAnswer = (status >= 200 && status < 300) || (status >= 400 && status < 600);
  if (isAnswer && isDecoded(response)) return response;
  await response.body?.cancel();
  throw new WaxsealError(status >= 300 && status < 400 ? "PROVIDER_REDIRECTED" : "PROVIDER_UNREACHABLE");
}

/**
 * Whether we see the body's own bytes: `fetch` hands on as it came what is encoded in a way that it does not know,
 * or in several of which it does not know one (tried, Node 24), and an echoed key would not be found in it.
 */
function isDecoded({ headers }: Response): boolean {
  const encoding = headers.get("content-encoding") ?? "identity";
  const codings = encoding.split(",").map((coding) => coding.trim().toLowerCase());
  return encoding === "identity" || codings.every((coding) => DECODED.has(coding));
}

/** Not zstd: Node 24 decodes it, Node 20, in which a back end may have the library, does not. */
const DECODED = new Set(["gzip", "x-gzip", "deflate", "br"]);

function scrubbed(response: Response, providerKey: Secret): Response {
  const headers = responseHeaders(response.headers)
    .filter(([name]) => name === scrubName(name, providerKey))
    .map(([name, value]): [string, string] => [name, scrubText(value, providerKey)]);
  const body = response.body && constantErrors(response.body).pipeThrough(scrubStream(providerKey));
  return new Response(body, { status: response.status, headers });
}

/** A body that fails with our constant error: the HTTP client's holds, as its cause, the bytes it could not read. */
function constantErrors(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch {
        controller.error(new WaxsealError("PROVIDER_UNREACHABLE"));
      }
    },
    cancel: () => reader.cancel(),
  });
}
