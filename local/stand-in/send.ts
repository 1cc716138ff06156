import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** A request to the stand-in, as far as it looks at it. */
export interface StandInCall {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The model that a call names, or `otherwise`. */
export function modelOf({ body }: StandInCall, otherwise: string): string {
  return typeof body["model"] === "string" ? body["model"] : otherwise;
}

const CHUNK_INTERVAL_MS = 40;

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "x-request-id": "req_stand_in" });
  response.end(JSON.stringify(body));
}

/** Server-sent events, one after another as a model would write them. */
export async function sendEvents(response: ServerResponse, events: readonly string[]): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream", "x-request-id": "req_stand_in" });
  for (const event of events) {
    if (response.destroyed) return;
    response.write(event);
    await sleep(CHUNK_INTERVAL_MS);
  }
  response.end();
}
