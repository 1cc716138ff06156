import { WaxsealApiError } from "./error.ts";

const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const PROVIDER = /^[a-z0-9-]{1,32}$/;

/** What a call that succeeded answered; `undefined` for `204`. */
export async function readAnswer(response: Response): Promise<unknown> {
  if (!response.ok) throw await errorOf(response);
  if (response.status === 204) return undefined;
  const answer = await jsonOf(response);
  if (!isObject(answer)) throw new WaxsealApiError("UNEXPECTED_ANSWER", response.status);
  return answer;
}

/** Of the problem document only what has the form of a code is taken: whoever answered, no text of theirs goes on. */
async function errorOf(response: Response): Promise<WaxsealApiError> {
  const problem = await jsonOf(response);
  const { code, looksLike } = isObject(problem) ? problem : {};
  return new WaxsealApiError(matching(CODE, code) ?? "UNEXPECTED_ANSWER", response.status, {
    retryAfterSeconds: retryAfter(response.headers.get("retry-after")),
    looksLike: matching(PROVIDER, looksLike),
  });
}

/** `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3). */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  // `Date.parse` takes much that is no date of HTTP.
  const at = header.endsWith(" GMT") ? Date.parse(header) : NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return (await response.json()) as unknown;
  } catch {
    return undefined;
  }
}

function matching(pattern: RegExp, value: unknown): string | undefined {
  return typeof value === "string" && pattern.test(value) ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
