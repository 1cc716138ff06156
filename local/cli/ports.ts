import { createServer } from "node:http";
import { closeServer, listen } from "../http/server.ts";
import type { LocalPorts } from "../system.ts";
import { MAX_PORT, portsFrom } from "./options.ts";

const purposes: Readonly<Record<keyof LocalPorts, string>> = {
  api: "the API",
  aws: "the AWS endpoint",
  standIn: "the stand-in provider",
  actingProxy: "the acting proxy",
  deleteOwner: "the deletion of owners",
};

export interface TakenPort {
  readonly port: number;
  /** As in "the AWS endpoint". */
  readonly purpose: string;
}

/** The first of the ports that is taken, if one is. */
export async function takenPort(wanted: LocalPorts): Promise<TakenPort | undefined> {
  for (const name of Object.keys(purposes) as (keyof LocalPorts)[]) {
    const server = createServer();
    const free = await listen(server, wanted[name]).then(
      () => true,
      () => false,
    );
    if (!free) return { port: wanted[name], purpose: purposes[name] };
    await closeServer(server);
  }
  return undefined;
}

/** The next port after `port`, in steps of ten, from which all are free. */
export async function nextFreePort(port: number): Promise<number | undefined> {
  for (let candidate = port + 10; candidate < Math.min(port + 1000, MAX_PORT); candidate += 10) {
    if ((await takenPort(portsFrom(candidate))) === undefined) return candidate;
  }
  return undefined;
}
