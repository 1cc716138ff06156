import type { ServerResponse } from "node:http";
import { isUnsettled, type Operator } from "./operator.ts";

/** Changes come in twos and threes: a claim, its event, what came of it. */
const TOGETHER_MS = 60;
/** CloudTrail's files come by no event that could be heard here. */
const LOOK_AGAIN_MS = 1000;

/** Sends the operator's view to the pages that are open, whenever it is another (HTML standard, "Server-sent events"). */
export class Live {
  readonly #operator: Operator;
  readonly #pages = new Set<ServerResponse>();
  #timer: NodeJS.Timeout | undefined;
  #last = "";

  constructor(operator: Operator) {
    this.#operator = operator;
  }

  open(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.flushHeaders();
    this.#pages.add(response);
    response.on("close", () => this.#pages.delete(response));
    if (this.#last !== "") response.write(this.#last);
    this.changed();
  }

  /** Something was written; where nobody looks nothing is read. */
  changed(): void {
    this.#lookIn(TOGETHER_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const page of this.#pages) page.end();
    this.#pages.clear();
  }

  #lookIn(milliseconds: number): void {
    if (this.#pages.size === 0) return;
    clearTimeout(this.#timer);
    // What cannot be read now (the system is closing) is read at the next change.
    this.#timer = setTimeout(() => void this.#look().catch(() => undefined), milliseconds).unref();
  }

  async #look(): Promise<void> {
    const view = await this.#operator.view();
    const message = `data: ${JSON.stringify(view)}\n\n`;
    if (message !== this.#last) for (const page of this.#pages) page.write(message);
    this.#last = message;
    if (isUnsettled(view, Date.now())) this.#lookIn(LOOK_AGAIN_MS);
  }
}
