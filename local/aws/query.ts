/**
 * AWS's query protocol: form fields in, XML out; and its errors, whose names have no "Exception" at the end
 * (Smithy documentation, "AWS query protocol"; "Common error types" of the services' API references).
 */
import type { ServerResponse } from "node:http";
import type { ServiceName } from "./faults.ts";
import { AwsError, unknownOperation, type AwsCall } from "./protocol.ts";

export interface QueryOperation {
  readonly service: ServiceName;
  readonly namespace: string;
  /** The fields that it knows; `Action` and `Version` are every operation's. */
  readonly fields: readonly string[];
  /** Answers what is inside of the result element. */
  run(call: AwsCall): string;
}

export function queryOperation(
  operations: Readonly<Record<string, QueryOperation>>,
  form: URLSearchParams,
): QueryOperation {
  const action = form.get("Action") ?? "";
  const operation = Object.hasOwn(operations, action) ? operations[action] : undefined;
  if (!operation) throw unknownOperation("actions, as", action);
  const unknown = [...form.keys()].find((name) => !["Action", "Version", ...operation.fields].includes(name));
  if (unknown !== undefined) throw unknownOperation(`${action} with`, unknown);
  return operation;
}

/** `{ Arn: "…" }` → `<Arn>…</Arn>`. Names are ours, texts are escaped. */
export function elements(texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts)
    .map(([name, text]) => `<${name}>${escaped(text)}</${name}>`)
    .join("");
}

export function sendXml(
  response: ServerResponse,
  { namespace }: QueryOperation,
  { operation, requestId }: AwsCall,
  result: string,
): void {
  response.setHeader("content-type", "text/xml");
  response.end(
    `<${operation}Response xmlns="${namespace}"><${operation}Result>${result}</${operation}Result>` +
      `<ResponseMetadata>${elements({ RequestId: requestId })}</ResponseMetadata></${operation}Response>`,
  );
}

export function sendXmlError(response: ServerResponse, error: unknown, requestId: string): void {
  const known =
    error instanceof AwsError
      ? error
      : new AwsError("InternalFailure", "The emulation failed", { status: 500 });
  // The JSON protocols answer these two with 400.
  const denied = ["AccessDeniedException", "ExpiredTokenException"].includes(known.code);
  response.statusCode = denied ? 403 : known.status;
  response.setHeader("content-type", "text/xml");
  const texts = {
    Type: response.statusCode < 500 ? "Sender" : "Receiver",
    Code: known.code.replace(/Exception$/, ""),
    Message: known.message,
  };
  response.end(
    `<ErrorResponse><Error>${elements(texts)}</Error>${elements({ RequestId: requestId })}</ErrorResponse>`,
  );
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
  return text.replace(/[&<>]/g, (character) => entities[character] ?? "");
}
