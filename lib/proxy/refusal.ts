import type { Provider, Sign } from "../providers/provider.ts";
import type { FallbackReason } from "../settings.ts";
import { errorWords } from "./error-words.ts";
import { peek } from "./peek.ts";

/** A provider's answer, whole as it was, and whether it refuses the provider key. */
export interface Judged {
  readonly response: Response;
  readonly refusal: FallbackReason | undefined;
}

/**
 * Whether a provider's answer refuses the provider key: by status, and where its status alone does not say so, by
 * the signs in its error that the registry has for it. They are looked for in the error's own words only, since an error
 * may quote the request.
 */
export async function judge(provider: Provider, answer: Response): Promise<Judged> {
  const { rejectionSigns = [], quotaSigns = [], requestSigns = [] } = provider;
  const all = [...rejectionSigns, ...quotaSigns, ...requestSigns];
  const isSaid = all.some(({ status }) => status === answer.status);
  const { response, text } = isSaid ? await peek(answer) : { response: answer, text: "" };
  const words = errorWords(text);
  const shows = ({ status, words: pattern }: Sign) =>
    status === response.status && words.some((word) => pattern.test(word));
  if (requestSigns.some(shows)) return { response, refusal: undefined };
  if (quotaSigns.some(shows)) return { response, refusal: "quota" };
  if (rejectionSigns.some(shows)) return { response, refusal: "401" };
  return { response, refusal: refusalByStatus[response.status] };
}

const refusalByStatus: Readonly<Record<number, FallbackReason>> = {
  401: "401",
  402: "quota",
  403: "403",
  429: "429",
};
