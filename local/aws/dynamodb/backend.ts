/**
 * The store behind DynamoDB's front: `dynalite` in its own server. A secret header keeps everyone but
 * the front out, since dynalite checks no permissions and lets web pages of any origin in.
 */
import { randomUUID } from "node:crypto";
import { Agent, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import dynalite from "dynalite";
import type { JsonObject } from "../protocol.ts";

export interface BackendReply {
  readonly status: number;
  readonly body: JsonObject;
}

export interface Backend {
  /** Of its server, which answers the front only. */
  readonly port: number;
  /** Errors of DynamoDB's are replies with their status; it rejects only where dynalite is out of reach. */
  call(operation: string, input: JsonObject): Promise<BackendReply>;
  close(): Promise<void>;
}

/** dynalite closes idle connections after Node's 5 s, just when a client may reuse them. */
const keepAliveMs = 120_000;
/** It answers one after the other: what is beyond some only waits, and needs no connection that is made and closed for it. */
const maxSockets = 64;

/** `path`: the LevelDB folder; in memory without. */
export async function startBackend(path?: string): Promise<Backend> {
  const noDelay = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
  const server = dynalite({ ...noDelay, ...(path ? { path } : {}) });
  const secret = randomUUID();
  admitOnly(server, secret);
  server.keepAliveTimeout = keepAliveMs;
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets });
  return {
    port,
    call: (operation, input) => send(agent, port, secret, operation, input),
    close: () => {
      agent.destroy();
      server.closeIdleConnections();
      return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    },
  };
}

function admitOnly(server: ReturnType<typeof dynalite>, secret: string): void {
  const [listener] = server.listeners("request") as ((req: IncomingMessage, res: ServerResponse) => void)[];
  server.removeAllListeners("request");
  server.on("request", (req: IncomingMessage, res: ServerResponse) => {
    if (req.headers["x-front"] === secret) listener?.(req, res);
    else res.writeHead(403).end();
  });
}

function send(
  agent: Agent,
  port: number,
  secret: string,
  operation: string,
  input: JsonObject,
): Promise<BackendReply> {
  const body = JSON.stringify(input);
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "content-length": Buffer.byteLength(body),
    "x-amz-target": `DynamoDB_20120810.${operation}`,
    "x-amz-date": "20260101T000000Z",
    authorization: "AWS4-HMAC-SHA256 Credential=front, SignedHeaders=host, Signature=none",
    "x-front": secret,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { agent, host: "127.0.0.1", port, method: "POST", path: "/", headers },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const parsed = JSON.parse(Buffer.concat(chunks).toString("utf8")) as JsonObject;
          resolve({ status: incoming.statusCode ?? 500, body: parsed });
        });
      },
    );
    outgoing.on("error", reject).end(body);
  });
}
