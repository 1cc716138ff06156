/** S3's answers: XML and headers (Amazon S3 API Reference). */
import type { ServerResponse } from "node:http";
import { AwsError } from "../protocol.ts";
import { elements } from "../query.ts";

export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** @param inside - XML that is escaped already. */
export function xml(root: string, inside: string): S3Answer {
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${inside}</${root}>`,
  };
}

export function send(response: ServerResponse, answer: S3Answer, requestId: string, isHead: boolean): void {
  const body = Buffer.from(answer.body ?? "");
  response.writeHead(answer.status, {
    "x-amz-request-id": requestId,
    "content-length": body.length,
    ...answer.headers,
  });
  response.end(isHead ? undefined : body);
}

/** "Error responses": the code, as `NoSuchKey`; a HEAD has the status only. */
export function errorAnswer(error: unknown, requestId: string): S3Answer {
  const known =
    error instanceof AwsError
      ? error
      : new AwsError("InternalError", "The emulation failed", { status: 500 });
  const isDenial = known.code === "AccessDeniedException";
  const isMissing = known.code === "UnknownOperationException";
  const code = isDenial ? "AccessDenied" : isMissing ? "NotImplemented" : known.code;
  const status = isDenial ? 403 : isMissing ? 501 : known.status;
  const texts = { Code: code, Message: known.message, RequestId: requestId };
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${elements(texts)}</Error>`;
  return { status, headers: { "content-type": "application/xml" }, body };
}
