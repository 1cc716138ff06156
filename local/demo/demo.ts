/**
 * The demo page of `npm start`, at the API's address: `/` and what is below `/_demo/`, none of which the deployed system has.
 * It shows of two persons what they see and what the operator sees, and is for this machine alone.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AwsEndpoint } from "../aws/endpoint.ts";
import { refusalOf } from "../aws/guard.ts";
import type { RequestTarget } from "../http/request-target.ts";
import type { LocalStack } from "../stack.ts";
import { pageFiles, pageHeaders, type PageFile } from "./files.ts";
import { Live } from "./live.ts";
import { Operator } from "./operator.ts";
import { ownersOf } from "./persons.ts";
import { tableQuery } from "./tables.ts";
import { testKey } from "./test-key.ts";

export interface DemoPorts {
  readonly aws: Pick<AwsEndpoint, "url" | "streams" | "cloudTrailRecords">;
  /** As in `iss`. */
  readonly issuer: string;
  readonly stack: () => Pick<LocalStack, "outputs" | "trails">;
}

export class Demo {
  readonly #files = pageFiles();
  readonly #live: Live;
  readonly #stopListening: () => void;

  constructor({ aws, issuer, stack }: DemoPorts) {
    const cloudTrailRecords = () => aws.cloudTrailRecords().map((record) => ({ ...record }));
    const query = tableQuery(aws.url);
    this.#live = new Live(new Operator({ owners: ownersOf(issuer), query, cloudTrailRecords, stack }));
    this.#stopListening = aws.streams.onRecord(() => this.#live.changed());
  }

  /** @returns whether the request was for the page. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    { path, query }: RequestTarget,
  ): Promise<boolean> {
    const isPage = path === "/" && request.method === "GET";
    if (!isPage && !path.startsWith("/_demo/")) return false;
    const file = this.#files.get(path);
    // A link of any site may lead to the page; what the page itself asks for, no other may ask for.
    if (!isPage && refusalOf(request.headers, request.socket.localPort ?? 0) !== undefined)
      send(response, 403, "For the page of this machine only\n");
    else if (request.method !== "GET") send(response, 405, "GET\n");
    else if (file) await sendFile(response, file);
    else if (path === "/_demo/live") this.#live.open(response);
    else if (path === "/_demo/test-key") sendTestKey(response, query);
    else send(response, 404, "There is no such page\n");
    return true;
  }

  close(): void {
    this.#stopListening();
    this.#live.close();
  }
}

function sendTestKey(response: ServerResponse, query: URLSearchParams): void {
  const made = testKey(query.get("provider") ?? "", query.get("refused") === "true");
  if (made === undefined) send(response, 400, "GET /_demo/test-key?provider=openai[&refused=true]\n");
  else send(response, 200, made);
}

async function sendFile(response: ServerResponse, { type, content }: PageFile): Promise<void> {
  const body = await content();
  response.writeHead(200, { "content-type": type, ...pageHeaders }).end(body);
}

function send(response: ServerResponse, status: number, text: string): void {
  const headers = { "content-type": "text/plain", "cache-control": "no-store" };
  response.writeHead(status, { ...headers, "x-content-type-options": "nosniff" }).end(text);
}
