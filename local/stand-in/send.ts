import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** A request to the stand-in, as far as it looks at it. */
export interface StandInCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** What came in the header in which this provider takes its key, `Bearer` included; empty without one. */
  readonly credential: string;
  /** A JSON body, or a form's fields. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The model that it names: in the body, or in the path as Google's and Azure's APIs have it. */
  readonly model: string;
  /** Resolves at the next `POST /_release`. */
  readonly released: () => Promise<void>;
}

const CHUNK_INTERVAL_MS = 20;
const requestId = { "x-request-id": "req_stand_in", "request-id": "req_stand_in" };

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...requestId, ...headers });
  response.end(JSON.stringify(body));
}

/**
 * Server-sent events, one after another as a model would write them. For the model `held` each but the first
 * waits for a `POST /_release`, so that one can show without a clock that chunks are passed on singly.
 */
export async function sendEvents(
  { model, released }: StandInCall,
  response: ServerResponse,
  events: readonly string[],
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream", ...requestId });
  for (const [index, event] of events.entries()) {
    if (index > 0) await (model === "held" ? released() : sleep(CHUNK_INTERVAL_MS));
    if (response.destroyed) return;
    response.write(event);
  }
  response.end();
}

export interface TypedEvent extends Readonly<Record<string, unknown>> {
  readonly type: string;
}

/** An event of the form that all but Google and OpenAI's older routes use: its type twice. */
export function namedEvent(event: TypedEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

export function dataEvent(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
