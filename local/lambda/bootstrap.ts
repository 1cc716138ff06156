/**
 * Runs inside a worker thread: one execution environment of a function, like Lambda's Node.js runtime.
 * It loads the deployed bundle unchanged and runs one invocation at a time.
 *
 * Streaming is as AWS documents it for Node.js ("Writing response streaming-enabled Lambda functions"):
 * `awslambda.streamifyResponse` marks a handler, `HttpResponseStream.from` sends status and headers ahead.
 */
import { Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { FromEnvironment, HttpMetadata, ToEnvironment } from "./messages.ts";

type StreamingHandler = (event: unknown, stream: Writable, context: unknown) => Promise<unknown>;
type PlainHandler = (event: unknown, context: unknown) => Promise<unknown>;

const { file, exportName } = workerData as { file: string; exportName: string };
const streaming = new WeakSet();
let acknowledge: (() => void) | undefined;

/** Each chunk waits until the other side has taken it, so a slow reader slows the writer. */
class ResponseStream extends Writable {
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (chunk.byteLength === 0) {
      done();
      return;
    }
    acknowledge = done;
    send({ type: "chunk", bytes: Uint8Array.from(chunk) });
  }
}

Object.assign(globalThis, {
  awslambda: {
    streamifyResponse(handler: StreamingHandler) {
      streaming.add(handler);
      return handler;
    },
    HttpResponseStream: {
      from(stream: ResponseStream, metadata: HttpMetadata) {
        send({ type: "metadata", metadata });
        return stream;
      },
    },
  },
});

const module = (await import(pathToFileURL(file).href)) as Record<string, PlainHandler | StreamingHandler>;
const handler = module[exportName];
if (!handler) throw new Error(`the bundle has no export ${exportName}`);

parentPort?.on("message", (message: ToEnvironment) => {
  if (message.type === "acknowledge") {
    const done = acknowledge;
    acknowledge = undefined;
    done?.();
  } else {
    void invoke(message.event, message.context);
  }
});
send({ type: "ready" });

async function invoke(event: unknown, given: { deadline: number }): Promise<void> {
  const context = { ...given, getRemainingTimeInMillis: () => given.deadline - Date.now() };
  try {
    if (handler && streaming.has(handler)) {
      await handler(event, new ResponseStream(), context);
      send({ type: "streamed" });
    } else {
      send({ type: "result", value: await (handler as PlainHandler)(event, context) });
    }
  } catch (error) {
    // As Lambda's runtime does, message and stack included: what an error says, the logs will hold.
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    console.error(
      `ERROR\tInvoke Error\t${JSON.stringify({ errorType: name, errorMessage: message, stack })}`,
    );
    send({
      type: "failed",
      errorType: error instanceof Error ? error.name : "Error",
      errorMessage: message,
    });
  }
}

function send(message: FromEnvironment): void {
  parentPort?.postMessage(message);
}
