import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Connections that wait while this process is busy. Every environment of a function opens up to fifty at once; past Node's
 * 511 the system drops them, and the client tries again a second later (seen under load: time-outs of seconds).
 */
const backlog = 4096;

/** Listens on 127.0.0.1; the address, without a slash at the end. @throws `EADDRINUSE` for a taken port. */
export async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", backlog }, resolve);
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** Ends at once, open streams included. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
