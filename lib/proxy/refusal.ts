import type { Health } from "../provider-keys/record.ts";
import type { Provider, Sign } from "../providers/provider.ts";
import type { FallbackReason } from "../settings.ts";
import { errorWords } from "./error-words.ts";
import { peek } from "./peek.ts";

/** A provider's answer, whole as it was, and whether it refuses the provider key. */
export interface Judged {
  readonly response: Response;
  readonly refusal: FallbackReason | undefined;
  /** It is refused for this call alone: a good provider key with restricted permissions. */
  readonly isPermission?: boolean;
}

/**
 * Whether a provider's answer refuses the provider key: by status, and where its status alone does not say so, by
 * the signs in its error that the registry has for it. They are looked for in the error's own words only, since an error
 * may quote the request.
 */
export async function judge(provider: Provider, answer: Response): Promise<Judged> {
  const { rejectionSigns = [], quotaSigns = [], requestSigns = [], permissionSigns = [] } = provider;
  const all = [...rejectionSigns, ...quotaSigns, ...requestSigns, ...permissionSigns];
  const isSaid = all.some(({ status }) => status === answer.status);
  const { response, text } = isSaid ? await peek(answer) : { response: answer, text: "" };
  const words = errorWords(text);
  const shows = ({ status, words: pattern }: Sign) =>
    status === response.status && words.some((word) => pattern.test(word));
  if (requestSigns.some(shows)) return { response, refusal: undefined };
  if (quotaSigns.some(shows)) return { response, refusal: "quota" };
  if (permissionSigns.some(shows)) return { response, refusal: "403", isPermission: true };
  if (rejectionSigns.some(shows)) return { response, refusal: "401" };
  return { response, refusal: refusalByStatus[response.status] };
}

/** What an answer says of the provider key itself: a used-up quota and a missing permission say nothing of it. */
export function healthShownBy({ response, refusal, isPermission }: Judged): Health["status"] | undefined {
  if ((refusal === "401" || refusal === "403") && !isPermission) return "rejected";
  return response.ok ? "valid" : undefined;
}

const refusalByStatus: Readonly<Record<number, FallbackReason>> = {
  401: "401",
  402: "quota",
  403: "403",
  429: "429",
};
