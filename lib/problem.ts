/** An RFC 9457 problem document. Texts are constant, by code. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly code: string;
}

export function problem(status: number, code: string, title: string): Problem {
  return { type: "about:blank", title, status, code };
}
