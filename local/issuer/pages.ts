import type { IncomingMessage, ServerResponse } from "node:http";
import { refusalOf } from "../aws/guard.ts";
import type { TokenIssuer } from "./issuer.ts";
import type { RequestTarget } from "../http/request-target.ts";

const MAX_SUBJECT_LENGTH = 512;

/**
 * `GET /local/jwks.json` and `GET /local/token?sub=ID[&expiresIn=SECONDS]`: pages that the deployed system
 * does not have. A token is for programs on this machine, not for web pages of other sites.
 *
 * @returns whether the request was for one of them.
 */
export async function handleIssuerPage(
  request: IncomingMessage,
  response: ServerResponse,
  target: RequestTarget,
  issuer: TokenIssuer,
): Promise<boolean> {
  if (target.path === "/local/jwks.json") {
    send(response, 200, "application/json", JSON.stringify(issuer.jwks()));
    return true;
  }
  if (target.path !== "/local/token") return false;
  const subject = target.query.get("sub") ?? "";
  const expiresIn = Number(target.query.get("expiresIn") ?? 3600);
  if (refusalOf(request.headers, request.socket.localPort ?? 0) !== undefined) {
    send(response, 403, "text/plain", "Tokens are for programs on this machine only\n");
  } else if (request.method !== "GET") {
    send(response, 405, "text/plain", "GET /local/token?sub=ID\n");
  } else if (subject === "" || subject.length > MAX_SUBJECT_LENGTH || !Number.isSafeInteger(expiresIn)) {
    send(response, 400, "text/plain", "Say for whom: GET /local/token?sub=ID[&expiresIn=SECONDS]\n");
  } else {
    send(response, 200, "text/plain", await issuer.token(subject, expiresIn));
  }
  return true;
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { "content-type": contentType, "cache-control": "no-store" });
  response.end(body);
}
