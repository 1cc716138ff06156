import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { registeredProviders } from "../../lib/providers/registered.ts";
import type { Provider } from "../../lib/providers/provider.ts";
import { closeServer, listen } from "../../local/http/server.ts";
import { localSettings } from "../../local/settings.ts";
import { standInProvider } from "../../local/stand-in/stand-in.ts";

/** What came to one of the providers' origins, whole. */
export interface Heard {
  readonly provider: string;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

const nowhere = "http://127.0.0.1:1";

/** The providers of the local stage, Azure OpenAI with them. */
export const localProviders: readonly Provider[] = registeredProviders({
  ...localSettings({ api: nowhere, standIn: nowhere, issuer: nowhere }),
  endpointOrigins: {},
});

/** A stand-in for each of them at an origin of its own, so that one sees which was called, and with what. */
export interface RecordingProviders {
  /** For the setting of that name. */
  readonly endpointOrigins: Record<string, string>;
  /** In order, since the last look. */
  heard(): Heard[];
  close(): Promise<void>;
}

/** The header that chooses the answer: proxied for every provider. As `status/307`. */
export const chooses = "accept";

export async function recordingProviders(): Promise<RecordingProviders> {
  const all: Heard[] = [];
  const elsewhere = recorder("elsewhere", all, () => "");
  const location = await listen(elsewhere, 0);
  const servers = [elsewhere];
  const endpointOrigins: Record<string, string> = {};
  for (const { id, endpoints } of localProviders) {
    const server = recorder(id, all, () => `${location}/v1/elsewhere`);
    servers.push(server);
    const origin = await listen(server, 0);
    for (const { endpointId } of endpoints) endpointOrigins[endpointId] = origin;
  }
  return {
    endpointOrigins,
    heard: () => all.splice(0),
    close: async () => {
      await Promise.all(servers.map(closeServer));
    },
  };
}

/** A stand-in provider, with what it receives noted before. */
function recorder(provider: string, all: Heard[], location: () => string) {
  const standIn = standInProvider();
  return createServer((request, response) => {
    const { method = "", url: target = "", rawHeaders } = request;
    const headers = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1] ?? ""] as const] : [],
    );
    all.push({ provider, method, target, headers });
    if (!answerAsChosen(request, response, location())) standIn.emit("request", request, response);
  });
}

function answerAsChosen(request: IncomingMessage, response: ServerResponse, location: string): boolean {
  const chosen = /^(early|status)\/(\d{3})$/.exec(request.headers[chooses] ?? "");
  const status = Number(chosen?.[2]);
  if (!chosen) return false;
  request.resume();
  if (chosen[1] === "early") {
    if (status === 103) response.writeEarlyHints({ link: `<${location}>; rel=preload` });
    else response.writeProcessing();
    return false;
  }
  response.writeHead(status, { location, refresh: `0; url=${location}`, "content-location": location });
  response.end();
  return true;
}
