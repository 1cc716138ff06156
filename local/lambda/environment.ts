import { PassThrough, type Readable } from "node:stream";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import type { FunctionResource } from "../stack.ts";
import type { FromEnvironment, HttpMetadata, InvocationContext, ToEnvironment } from "./messages.ts";

/** What an invocation gives: a whole result, or status and headers with a body still coming. */
export type InvocationResult =
  | { readonly streamed: false; readonly value: unknown }
  | { readonly streamed: true; readonly metadata: HttpMetadata; readonly body: Readable };

/** An invocation that did not give an answer: an error that left the handler, a crash, or the time limit. */
export class InvocationFailed extends Error {
  override readonly name = "InvocationFailed";
  /** The message of the error that left the handler, for who invoked the function directly. */
  readonly detail: string | undefined;

  constructor(errorType: string, detail?: string) {
    super(errorType);
    this.detail = detail;
  }
}

interface Invocation {
  readonly resolve: (result: InvocationResult) => void;
  readonly reject: (error: InvocationFailed) => void;
  readonly body: PassThrough;
  readonly finished: () => void;
}

/** One execution environment: a worker thread with the function's bundle and variables. */
export class Environment {
  readonly #worker: Worker;
  /** Settles when the bundle is loaded. @throws {InvocationFailed} if it cannot be. */
  readonly ready: Promise<void>;
  #invocation: Invocation | undefined;
  #closed = false;

  constructor(fn: FunctionResource, variables: Record<string, string>, onLine: (line: string) => void) {
    const [file = "", exportName = "handler"] = fn.handler.split(".");
    this.#worker = new Worker(new URL("bootstrap.ts", import.meta.url), {
      workerData: { file: `${fn.codeDirectory}/${file}.mjs`, exportName },
      env: variables,
      stdout: true,
      stderr: true,
    });
    for (const output of [this.#worker.stdout, this.#worker.stderr]) {
      createInterface({ input: output }).on("line", onLine);
    }
    this.#worker.on("message", (message: FromEnvironment) => {
      this.#receive(message);
    });
    this.#worker.on("error", (error: Error) => {
      onLine(`the environment failed: ${error.stack ?? error.name}`);
    });
    this.ready = new Promise((resolve, reject) => {
      this.#worker.once("message", resolve);
      this.#worker.once("exit", () => {
        reject(new InvocationFailed("Runtime.ExitError"));
      });
    });
    this.#worker.on("exit", () => {
      this.#closed = true;
      this.#fail("Runtime.ExitError");
    });
    this.#worker.unref();
  }

  /** Whether it will take no more invocations. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Runs one invocation; `finished` is called when the environment is free again, or gone.
   *
   * @throws {InvocationFailed}
   */
  invoke(event: unknown, context: InvocationContext, finished: () => void): Promise<InvocationResult> {
    const limit = setTimeout(() => void this.close(), Math.max(0, context.deadline - Date.now()));
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(limit);
        finished();
      };
      const body = new PassThrough();
      // Whoever reads the body learns of the error; where no one reads it yet, it must not end this process.
      body.on("error", () => undefined);
      this.#invocation = { resolve, reject, body, finished: done };
      this.#send({ type: "invoke", event, context });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker.terminate();
  }

  #send(message: ToEnvironment): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromEnvironment): void {
    const invocation = this.#invocation;
    if (!invocation) return;
    switch (message.type) {
      case "ready":
        return;
      case "metadata":
        invocation.resolve({ streamed: true, metadata: message.metadata, body: invocation.body });
        return;
      case "chunk":
        this.#pass(invocation.body, message.bytes);
        return;
      case "streamed":
        // Only if it never sent status and headers is the answer still open.
        invocation.reject(new InvocationFailed("NoMetadata"));
        invocation.body.end();
        this.#finish(invocation);
        return;
      case "result":
        invocation.resolve({ streamed: false, value: message.value });
        this.#finish(invocation);
        return;
      case "failed":
        this.#fail(message.errorType, message.errorMessage);
    }
  }

  /** A client that went away is not told to the function, as on Lambda: what it writes is dropped. */
  #pass(body: PassThrough, bytes: Uint8Array): void {
    const acknowledge = () => {
      this.#send({ type: "acknowledge" });
    };
    if (body.destroyed) acknowledge();
    else body.write(bytes, acknowledge);
  }

  #fail(errorType: string, detail?: string): void {
    const invocation = this.#invocation;
    if (!invocation) return;
    const error = new InvocationFailed(errorType, detail);
    invocation.reject(error);
    invocation.body.destroy(error);
    this.#finish(invocation);
  }

  #finish({ finished }: Invocation): void {
    this.#invocation = undefined;
    finished();
  }
}
