/** S3's answers: XML and headers (Amazon S3 API Reference). */
import type { ServerResponse } from "node:http";
import { elements } from "../query.ts";
import { asS3 } from "./errors.ts";

export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
const declaration = `<?xml version="1.0" encoding="UTF-8"?>\n`;

/** @param inside - XML that is escaped already. */
export function xml(root: string, inside: string): S3Answer {
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: `${declaration}<${root} xmlns="${namespace}">${inside}</${root}>`,
  };
}

/** A HEAD is told the length, and has no body. */
export function send(response: ServerResponse, answer: S3Answer, requestId: string, isHead: boolean): void {
  const body = typeof answer.body === "string" ? Buffer.from(answer.body) : answer.body;
  response.writeHead(answer.status, {
    "x-amz-request-id": requestId,
    ...(answer.status !== 204 && { "content-length": body?.length ?? 0 }),
    ...answer.headers,
  });
  response.end(isHead ? undefined : body);
}

export function errorAnswer(error: unknown, requestId: string): S3Answer {
  const { code, message, status, members } = asS3(error);
  const headers = { ...(members as Readonly<Record<string, string>>), "content-type": "application/xml" };
  const texts = elements({ Code: code, Message: message, RequestId: requestId });
  return { status, headers, body: `${declaration}<Error>${texts}</Error>` };
}
