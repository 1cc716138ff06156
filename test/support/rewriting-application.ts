import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";

export interface Rewrite {
  readonly source: string;
  readonly destination: string;
}

/** What Next.js makes of a path: `:path*` is any number of segments. */
export function rewritten(all: readonly Rewrite[], path: string): string | undefined {
  for (const { source, destination } of all) {
    const match = new RegExp(`^${source.replace("/:path*", "(?:/(.*))?")}$`).exec(path);
    if (match) return destination.replace(":path*", match[1] ?? "");
  }
  return undefined;
}

/** An application that hands requests on as Next.js does: with the headers as they are, but for the host. */
export function rewriting(rewrites: () => readonly Rewrite[]) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const target = rewritten(rewrites(), request.url ?? "/");
    if (target === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { host: _host, ...headers } = request.headers;
    const proxied = httpRequest(target, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(proxied);
  };
}
