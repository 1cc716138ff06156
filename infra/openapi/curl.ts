import type { OperationObject } from "./described.ts";

/** Values that the examples of a path have. */
const inPaths: Readonly<Record<string, string>> = {
  "{provider}": "openai",
  "{name}": "work",
  "{path}": "v1/chat/completions",
};

/** One request, to paste where `API` and `TOKEN` are set. */
export function curlOf(method: string, path: string, operation: OperationObject): string {
  const target = path.replaceAll(/\{\w+\}/g, (parameter) => inPaths[parameter] ?? parameter);
  const media = operation.requestBody?.content ?? {};
  const example = media["application/json"]?.example ?? (media["*/*"] && { model: "gpt-5", messages: [] });
  const isSigned = operation.security.some((way) => "signature" in way);
  const options = [
    method === "get" ? "" : `-X ${method.toUpperCase()}`,
    isSigned
      ? `--aws-sigv4 "aws:amz:$AWS_REGION:lambda" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H "x-amz-security-token: $AWS_SESSION_TOKEN" -H "waxseal-user-id: user-1"`
      : operation.security.length > 0
        ? '-H "authorization: Bearer $TOKEN"'
        : "",
    ...(example === undefined
      ? []
      : ['-H "content-type: application/json"', `-d '${JSON.stringify(example)}'`]),
  ];
  return `curl ${[...options, `"${isSigned ? "$DELETE_OWNER_URL" : "$API"}${target}"`].filter(Boolean).join(" ")}`;
}
