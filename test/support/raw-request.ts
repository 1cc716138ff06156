import { connect } from "node:net";

/** A request as its bytes are to be; an HTTP client would tidy most of what is hostile in one. */
export interface RawRequest {
  readonly method: string;
  /** The request target, as it stands in the request line. */
  readonly target: string;
  /** In this order, repeated ones too; `host` and `connection: close` are put before. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Without a `content-length` among the headers, one is added that is right. */
  readonly body?: string | Uint8Array;
  /** Instead of the server's own; `undefined` leaves the header out. */
  readonly host?: string | undefined;
}

export interface RawAnswer {
  /** 0 where the connection was closed without an answer. */
  readonly status: number;
  readonly code: string | undefined;
  readonly body: string;
  /** Everything that came, from the status line on. */
  readonly text: string;
}

/** Sends to a server on this machine, and reads until it closes the connection. */
export async function rawRequest(server: string, request: RawRequest): Promise<RawAnswer> {
  const { port, host } = new URL(server);
  const text = await exchange(Number(port), bytesOf(host, request));
  const end = text.indexOf("\r\n\r\n");
  const head = text.slice(0, end === -1 ? undefined : end);
  const sent = end === -1 ? "" : text.slice(end + 4);
  const body = /^transfer-encoding: chunked$/im.test(head) ? unchunked(sent) : sent;
  return { status: Number(head.split(" ", 2)[1] ?? 0), code: codeIn(head, body), body, text };
}

function bytesOf(ownHost: string, { method, target, headers = [], body, ...rest }: RawRequest): Buffer {
  const host = "host" in rest ? rest.host : ownHost;
  const bytes = Buffer.from(body ?? "");
  const isFramed = headers.some(([name]) => /^(content-length|transfer-encoding)\s*$/i.test(name));
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(host === undefined ? [] : [`host: ${host}`]),
    "connection: close",
    ...(isFramed || body === undefined ? [] : [`content-length: ${bytes.byteLength}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  // Not UTF-8: a byte above 127 in a header is sent as it is.
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), bytes]);
}

function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (chunk) => (text += chunk.toString()));
    // A server that refuses early may reset the connection while the rest is being sent; what it said counts.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(text));
  });
}

function unchunked(sent: string): string {
  let [body, rest] = ["", sent];
  for (let size = /^([0-9a-f]+)\r\n/i.exec(rest); size; size = /^([0-9a-f]+)\r\n/i.exec(rest)) {
    const from = size[0].length;
    const length = Number.parseInt(size[1] ?? "0", 16);
    body += rest.slice(from, from + length);
    rest = rest.slice(from + length + 2);
  }
  return body;
}

function codeIn(head: string, body: string): string | undefined {
  const inHeader = /^waxseal-error-code: (\w+)$/im.exec(head)?.[1];
  return inHeader ?? (body.startsWith("{") ? (JSON.parse(body) as { code?: string }).code : undefined);
}
