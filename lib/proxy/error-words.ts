/** Where the providers' errors have their codes and their text: OpenAI's shape, Anthropic's, Google's, Cohere's, xAI's. */
const NAMES = ["code", "type", "status", "message", "detail", "error"];
/** Google's `error.details`: `google.rpc.ErrorInfo`, and the quotas of `google.rpc.QuotaFailure`. */
const DETAIL_NAMES = ["reason", "quotaId"];

/** The codes and the text of a provider's error; none where it is no JSON of a known shape. */
export function errorWords(text: string): string[] {
  const parsed = first(parse(text));
  const error = objectIn(parsed, "error");
  const details = listIn(error, "details");
  const violations = details.flatMap((detail) => listIn(detail, "violations"));
  return [
    ...[parsed, error].flatMap((object) => stringsIn(object, NAMES)),
    ...[...details, ...violations].flatMap((object) => stringsIn(object, DETAIL_NAMES)),
  ];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Google answers a refused stream with a list of one error. */
function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

function objectIn(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function listIn(value: unknown, name: string): unknown[] {
  const list = objectIn(value, name);
  return Array.isArray(list) ? list : [];
}

function stringsIn(value: unknown, names: readonly string[]): string[] {
  return names.map((name) => objectIn(value, name)).filter((word) => typeof word === "string");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
