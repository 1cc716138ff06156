import type { Fields, Provider, Turn } from "./providers.ts";

export interface Answered {
  /** Which of the person's keys it was: `openai/default`. */
  readonly slot: string | undefined;
  /** By which the operator finds this very use. */
  readonly useId: string | undefined;
}

/** Waxseal refused, or the provider did. */
export class Refused extends Error {
  readonly status: number;
  /** Waxseal's, as `PROVIDER_KEY_NOT_FOUND`; undefined where the provider's own answer came through. */
  readonly code: string | undefined;

  constructor(status: number, code: string | undefined) {
    super("refused");
    this.status = status;
    this.code = code;
  }
}

/**
 * A provider's answer, piece by piece, through the proxy: the request has the person's token where the provider's key would be.
 *
 * @param onText - called with each piece.
 * @throws {Refused}
 */
export async function ask(
  provider: Provider,
  turns: readonly Turn[],
  token: string | undefined,
  onText: (piece: string) => void,
): Promise<Answered> {
  const response = await fetch(`/proxy/${provider.id}${provider.path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token ?? ""}` },
    body: JSON.stringify(provider.body(turns)),
  });
  if (!response.ok || !response.body)
    throw new Refused(response.status, response.headers.get("waxseal-error-code") ?? undefined);
  for await (const event of eventsOf(response.body)) {
    const piece = provider.text(event);
    if (typeof piece === "string" && piece !== "") onText(piece);
  }
  const header = (name: string) => response.headers.get(name) ?? undefined;
  return { slot: header("waxseal-slot"), useId: header("waxseal-use-id") };
}

/** HTML standard, "Server-sent events": the `data` lines of these providers are one JSON each, or OpenAI's `[DONE]`. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Fields> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    // By a pattern: the bundle takes a line end in a text for one that is there for the reader (infra/bundle-web.ts).
    const lines = (rest + decoder.decode(read.value, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines)
      if (line.startsWith("data: {")) yield JSON.parse(line.slice("data: ".length)) as Fields;
  }
}
