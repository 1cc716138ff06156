import type * as z from "zod/mini";
import type { problemDocument } from "./api/problem.ts";

/** An RFC 9457 problem document. Texts are constant, by code; the local gateway has one more code than the API. */
export type Problem = Readonly<Pick<z.output<typeof problemDocument>, "type" | "title" | "status">> & {
  readonly code: string;
};

export function problem(status: number, code: string, title: string): Problem {
  return { type: "about:blank", title, status, code };
}
