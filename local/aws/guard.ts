/**
 * Who may speak to a server on this machine: programs, not the web pages that a browser has open.
 * A page of another site can send requests to a loopback port, and by DNS rebinding under a `Host` of
 * its own; both show in headers that a page cannot forge.
 */
import type { IncomingHttpHeaders } from "node:http";

/** Why a request is refused, or undefined where it may pass. */
export function refusalOf(headers: IncomingHttpHeaders, port: number): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  if (!hosts.includes(headers.host?.toLowerCase() ?? ""))
    return "Host must be this machine's loopback address";
  if (headers.origin !== undefined && !hosts.map((host) => `http://${host}`).includes(headers.origin)) {
    return "Requests of other sites are refused";
  }
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return "Requests of other sites are refused";
  return undefined;
}
