import { statusByCode } from "../../lib/api/status.ts";
import { errorCodes, messageOf } from "../../lib/errors.ts";
import { problem } from "../../lib/problem.ts";
import { gatewayProblems } from "../../lib/routes.ts";
import { MARKER } from "./hostile-calls.ts";
import { CANARY } from "./keys.ts";
import type { RawAnswer } from "./raw-request.ts";

/** Of every code the one document that there is. */
const problems = new Map(
  [
    ...errorCodes.map((code) => problem(statusByCode[code], code, messageOf(code))),
    ...Object.values(gatewayProblems).map(({ status, code, title }) => problem(status, code, title)),
    problem(403, "FOREIGN_HOST", "Host must be this machine's loopback address"),
  ].map((document) => [document.code, document]),
);

/**
 * What is wrong with an answer as the refusal that it should be: its code's status and constant text, nothing of
 * the input, and only one answer; nothing if it is that.
 *
 * @param code - `undefined` for what the HTTP parser refuses, before there is a request.
 */
export function faultOf(answer: RawAnswer, code: string | undefined, method = "POST"): string | undefined {
  const expected = code === undefined ? undefined : problems.get(code);
  // The answer to a `HEAD` has no body, in which the gateway would say it.
  const isCode = answer.code === code || (method === "HEAD" && answer.code === undefined);
  const isStatus = expected ? answer.status === expected.status : [400, 431].includes(answer.status);
  const isText = expected && method !== "HEAD" ? isDocument(answer.body, expected) : answer.body === "";
  const isOne = answer.text.split("HTTP/1.1 ").length === 2;
  const isSilent = !new RegExp(`${MARKER}|${CANARY}`, "i").test(answer.text);
  if (isCode && isStatus && isText && isOne && isSilent) return undefined;
  return `expected ${code ?? "a malformed request"}: ${answer.text}`;
}

/** Proxied routes say the same once more, for the providers' SDKs. */
function isDocument(body: string, { type, title, status, code }: ReturnType<typeof problem>): boolean {
  const document = { type, title, status, code };
  const forSdks = { ...document, error: { message: title, code, type: "waxseal" } };
  return [document, forSdks].some((one) => JSON.stringify(one) === body);
}

/** Maps with some at once: all together would start more of a function's environments than are worth it. */
export async function eachOf<Item, Result>(
  items: readonly Item[],
  task: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = [...items.entries()];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) results[next[0]] = await task(next[1]);
  };
  await Promise.all(Array.from({ length: 6 }, work));
  return results;
}
