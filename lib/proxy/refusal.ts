import type { Provider, Sign } from "../providers/provider.ts";
import type { FallbackReason } from "../settings.ts";

/** More than the errors of any provider; what comes after it is not looked at. */
const MAX_LOOKED_AT = 65_536;

/** A provider's answer, whole as it was, and whether it refuses the provider key. */
export interface Judged {
  readonly response: Response;
  readonly refusal: FallbackReason | undefined;
}

/**
 * Whether a provider's answer refuses the provider key: by status, and where its status alone does not say so, by
 * the signs in its error that the registry has for it.
 */
export async function judge(provider: Provider, answer: Response): Promise<Judged> {
  const { rejectionSigns = [], quotaSigns = [] } = provider;
  const signs = [...rejectionSigns, ...quotaSigns].filter(({ status }) => status === answer.status);
  const { response, text } = signs.length > 0 ? await peek(answer) : { response: answer, text: "" };
  const shows = (sign: Sign) => sign.status === response.status && sign.body.test(text);
  return {
    response,
    refusal: refusalShownBy(response.status, quotaSigns.some(shows), rejectionSigns.some(shows)),
  };
}

function refusalShownBy(status: number, isQuota: boolean, isRejection: boolean): FallbackReason | undefined {
  if (status === 402 || isQuota) return "quota";
  if (status === 401 || isRejection) return "401";
  if (status === 403) return "403";
  return status === 429 ? "429" : undefined;
}

/** The beginning of a body, and the response with the body whole. */
async function peek(answer: Response): Promise<{ response: Response; text: string }> {
  if (!answer.body) return { response: answer, text: "" };
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const read: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < MAX_LOOKED_AT) {
    const { done, value } = await reader.read();
    if (done) break;
    read.push(value);
    bytes += value.byteLength;
  }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = read.shift() ?? (await reader.read()).value;
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
    cancel: () => reader.cancel(),
  });
  const { status, headers } = answer;
  return { response: new Response(body, { status, headers }), text: Buffer.concat(read).toString() };
}
