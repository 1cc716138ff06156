import { createServer } from "node:http";
import { closeServer, listen } from "../http/server.ts";
import type { LocalPorts } from "../system.ts";
import { portsFrom } from "./options.ts";

const ports = ["api", "aws", "standIn"] as const;
const purposes = { api: "the API", aws: "the AWS endpoint", standIn: "the stand-in provider" } as const;

export interface TakenPort {
  readonly port: number;
  /** As in "the AWS endpoint". */
  readonly purpose: string;
}

/** The first of the three ports that is taken, if one is. */
export async function takenPort(wanted: LocalPorts): Promise<TakenPort | undefined> {
  for (const name of ports) {
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

/** The next port after `port`, in steps of ten, from which all three are free. */
export async function nextFreePort(port: number): Promise<number | undefined> {
  for (let candidate = port + 10; candidate < Math.min(port + 1000, 65_533); candidate += 10) {
    if ((await takenPort(portsFrom(candidate))) === undefined) return candidate;
  }
  return undefined;
}
