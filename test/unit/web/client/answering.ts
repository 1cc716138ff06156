/** A `fetch` that answers from a list, and keeps what was asked. */
export interface Asked {
  readonly url: string;
  readonly init: RequestInit;
}

export function answering(...answers: readonly (Response | Error)[]): {
  fetch: typeof fetch;
  asked: Asked[];
} {
  const left = [...answers];
  const asked: Asked[] = [];
  const answer: typeof fetch = async (input, init = {}) => {
    asked.push({ url: input as string, init });
    init.signal?.throwIfAborted();
    const next = left.shift();
    if (next === undefined) throw new Error("nothing more was to be asked");
    if (next instanceof Error) throw next;
    return next;
  };
  return { fetch: answer, asked };
}

export function problem(
  status: number,
  code: string,
  more: object = {},
  headers: Record<string, string> = {},
): Response {
  return Response.json(
    { type: "about:blank", title: "A text", status, code, ...more },
    { status, headers: { "content-type": "application/problem+json", ...headers } },
  );
}
