import type { IncomingMessage, ServerResponse } from "node:http";
import type { Settings } from "../lib/settings.ts";
import { refusalOf } from "./aws/guard.ts";
import { readLimited } from "./http/read-limited.ts";
import { changesFromJson } from "./settings.ts";

const MAX_SETTINGS_BYTES = 65_536;

/**
 * `POST /local/deploy` with the settings to be changed as JSON: what `cdk deploy` with `-c` is for a real
 * stack. Answers when it is done. For programs on this machine, not for web pages of other sites.
 */
export async function handleDeployPage(
  request: IncomingMessage,
  response: ServerResponse,
  deploy: (changes: Partial<Settings>) => Promise<void>,
): Promise<void> {
  const send = (status: number, text: string) => {
    response.writeHead(status, { "content-type": "text/plain", "cache-control": "no-store" });
    response.end(`${text}\n`);
  };
  const body = await readLimited(request, MAX_SETTINGS_BYTES);
  if (refusalOf(request.headers, request.socket.localPort ?? 0) !== undefined)
    return send(403, "Deployments are for programs on this machine only");
  if (request.method !== "POST") return send(405, "POST /local/deploy with settings as JSON");
  if (!body) return send(413, "The settings are too large");
  try {
    await deploy(changesFromJson(body.toString("utf8")));
    send(200, "UPDATE_COMPLETE");
  } catch (error) {
    // By name: one of them comes from a worker thread.
    if (!(error instanceof Error) || error.name !== "StartRefused") throw error;
    send(400, error.message);
  }
}
