import { parseArgs } from "node:util";
import type { LocalPorts } from "../system.ts";

export interface StartOptions {
  readonly ports: LocalPorts;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
  readonly dataDirectory: string | undefined;
}

export const DEFAULT_PORT = 7480;

export const usage = `Usage: npm start -- [options]

Runs all of Waxseal on this machine, from the synthesised template. For development and evaluation
only: AWS is emulated, and anyone on this machine can ask for a token.

  --port N     the API's port (default ${String(DEFAULT_PORT)}); the AWS endpoint gets N+1, the stand-in
               provider N+2; 0 takes any that are free
  --data DIR   keep records, keys and CloudTrail records in DIR (default: in memory only)
  --json       print one line of JSON when ready, {"api","awsEndpoint","standIn"}; all else to stderr
  --verbose    show what the functions log
  --help       show this
`;

export class UsageError extends Error {}

/** @throws {UsageError} saying which option is not understood. */
export function parseOptions(args: readonly string[]): StartOptions {
  const { values } = parsed(args);
  const port = values.port === undefined ? DEFAULT_PORT : Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_533 || values.port === "") {
    throw new UsageError("--port takes a whole number from 0 to 65533");
  }
  if (values.data === "") throw new UsageError("--data takes a folder");
  return {
    ports: portsFrom(port),
    json: values.json,
    verbose: values.verbose,
    help: values.help,
    dataDirectory: values.data,
  };
}

export function portsFrom(port: number): LocalPorts {
  return port === 0 ? { api: 0, aws: 0, standIn: 0 } : { api: port, aws: port + 1, standIn: port + 2 };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        data: { type: "string" },
        json: { type: "boolean", default: false },
        verbose: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "the options were not understood");
  }
}
