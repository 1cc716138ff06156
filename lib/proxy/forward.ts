import { WaxsealError } from "../errors.ts";
import type { Health } from "../provider-keys/record.ts";
import type { ProviderKeyUse } from "../provider-keys/use.ts";
import type { Provider } from "../providers/registry.ts";
import { authorize } from "./authorize.ts";
import { requestHeaders, responseHeaders } from "./headers.ts";
import { scrubName, scrubStream, scrubText } from "./scrub.ts";

/** A call to a provider, its URL already checked. */
export interface ProviderCall {
  readonly provider: Provider;
  readonly url: URL;
  readonly method: string;
  /** The caller's; an allow-list picks. */
  readonly headers: Headers;
  readonly body: Uint8Array | ReadableStream<Uint8Array> | undefined;
  /** Ends the call, its response body included. */
  readonly signal: AbortSignal;
}

/**
 * Calls the provider with a claimed provider key, and gives its answer back as it comes, without the
 * provider key should the provider echo it. Redirects are not followed. What the answer says of the
 * provider key is noted as its health.
 *
 * @throws {WaxsealError} `PROVIDER_UNREACHABLE`, `PROVIDER_TIMEOUT`, `PROVIDER_REDIRECTED`.
 */
export async function forward(call: ProviderCall, use: ProviderKeyUse): Promise<Response> {
  const headers = requestHeaders(call.provider, call.headers);
  authorize(headers, call.provider.authorization, use.providerKey);
  const response = await send(call, headers);
  const health = healthShownBy(response.status);
  if (health) await use.noteHealth(health);
  return scrubbed(response, use);
}

async function send(call: ProviderCall, headers: Headers): Promise<Response> {
  const { url, method, body = null, signal } = call;
  // `duplex` is required for a streamed body and not yet in the type (WHATWG fetch, 2026).
  const init: RequestInit & { duplex: "half" } = {
    method,
    headers,
    body: body as RequestInit["body"] & {},
    signal,
    redirect: "manual",
    duplex: "half",
  };
  const response = await fetch(url, init).catch(() => {
    throw new WaxsealError(signal.aborted ? "PROVIDER_TIMEOUT" : "PROVIDER_UNREACHABLE");
  });
  if (
    (response.status >= 200 && response.status < 300) ||
    (response.status >= 400 && response.status < 600)
  ) {
    return response;
  }
  await response.body?.cancel();
  throw new WaxsealError(response.status < 400 ? "PROVIDER_REDIRECTED" : "PROVIDER_UNREACHABLE");
}

function healthShownBy(status: number): Health["status"] | undefined {
  if (status === 401 || status === 403) return "rejected";
  return status >= 200 && status < 300 ? "valid" : undefined;
}

function scrubbed(response: Response, { providerKey }: ProviderKeyUse): Response {
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
