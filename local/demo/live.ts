import type { ServerResponse } from "node:http";
import { isUnsettled, type Operator } from "./operator.ts";

/** Changes come in twos and threes: a claim, its event, what came of it. */
const TOGETHER_MS = 60;
/** CloudTrail's files come by no event that could be heard here. */
const LOOK_AGAIN_MS = 1000;

/** Sends the operator's view to the pages that are open, whenever it is another (HTML standard, "Server-sent events"). */
export class Live {
  readonly #operator: Pick<Operator, "view">;
  readonly #pages = new Set<ServerResponse>();
  #timer: { readonly due: number; readonly timeout: NodeJS.Timeout } | undefined;
  #isLooking = false;
  /** How many changes there were while it looked. */
  #missed = 0;
  #last = "";

  constructor(operator: Pick<Operator, "view">) {
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
    if (this.#isLooking) this.#missed += 1;
    else this.#lookIn(TOGETHER_MS);
  }

  close(): void {
    clearTimeout(this.#timer?.timeout);
    for (const page of this.#pages) page.end();
    this.#pages.clear();
  }

  /** A change does not put off the look that another has asked for: with many of them it would never come. */
  #lookIn(milliseconds: number): void {
    const due = Date.now() + milliseconds;
    if (this.#pages.size === 0 || (this.#timer && this.#timer.due <= due)) return;
    clearTimeout(this.#timer?.timeout);
    const timeout = setTimeout(() => void this.#look(), milliseconds).unref();
    this.#timer = { due, timeout };
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    const before = this.#missed;
    this.#isLooking = true;
    // What cannot be read now (the system is closing) is read at the next change.
    const view = await this.#operator.view().catch(() => undefined);
    this.#isLooking = false;
    if (view) this.#send(`data: ${JSON.stringify(view)}\n\n`);
    if (this.#missed > before) this.#lookIn(TOGETHER_MS);
    else if (view && isUnsettled(view, Date.now())) this.#lookIn(LOOK_AGAIN_MS);
  }

  #send(message: string): void {
    if (message !== this.#last) for (const page of this.#pages) page.write(message);
    this.#last = message;
  }
}
