import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Settings } from "../../lib/settings.ts";
import { changesFromJson, localGraceSeconds, withChanges } from "../settings.ts";
import { defaultTrailDelaySeconds, type LocalPorts } from "../system.ts";

export interface StartOptions {
  readonly ports: LocalPorts;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
  readonly dataDirectory: string | undefined;
  readonly settings: Partial<Settings>;
  readonly origins: readonly string[];
  /** From a call of KMS to the file of CloudTrail's that has it. */
  readonly trailDelaySeconds: number;
}

export const DEFAULT_PORT = 7480;
/** So that the others have room above it. */
export const MAX_PORT = 65_531;

export const usage = `Usage: npm start -- [options]

Runs all of Waxseal on this machine, from the synthesised template. For development and evaluation
only: AWS is emulated, and anyone on this machine can ask for a token.

  --port N     the API's port (default ${String(DEFAULT_PORT)}); the AWS endpoint gets N+1, the stand-in
               provider N+2, back ends' two functions N+3 and N+4; 0 takes any that are free
  --data DIR   keep records, keys and CloudTrail records in DIR (default: in memory only)
  --origin URL pages of this origin may call the API too (can be given several times)
  --settings S settings of the stage that are to be others, as JSON or a file of it:
               '{"limits":{"save":"2/minute"}}' (lib/settings.ts says which there are)
  --trail-delay SECONDS
               from a call of KMS to CloudTrail's file with it (default ${String(defaultTrailDelaySeconds)}; AWS's is about 300)
  --grace SECONDS
               how long a decryption may stay unexplained after that (default ${String(localGraceSeconds)})
  --json       print one line of JSON when ready, {"api","awsEndpoint","standIn","actingProxy",
               "deleteOwner"}; all else to stderr
  --verbose    show what the functions log
  --help       show this
`;

export class UsageError extends Error {}

/** @throws {UsageError} saying which option is not understood. */
export function parseOptions(args: readonly string[]): StartOptions {
  const { values } = parsed(args);
  const port = values.port === undefined ? DEFAULT_PORT : Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT || values.port === "") {
    throw new UsageError(`--port takes a whole number from 0 to ${String(MAX_PORT)}`);
  }
  if (values.data === "") throw new UsageError("--data takes a folder");
  return {
    ports: portsFrom(port),
    json: values.json,
    verbose: values.verbose,
    help: values.help,
    dataDirectory: values.data,
    settings: withGrace(values.settings === undefined ? {} : settingsFrom(values.settings), values.grace),
    origins: values.origin,
    trailDelaySeconds: seconds("--trail-delay", values["trail-delay"]) ?? defaultTrailDelaySeconds,
  };
}

function withGrace(settings: Partial<Settings>, grace: string | undefined): Partial<Settings> {
  const graceSeconds = seconds("--grace", grace);
  return graceSeconds === undefined ? settings : { ...settings, graceSeconds };
}

function seconds(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,7}$/.test(value)) return Number(value);
  throw new UsageError(`${name} takes a whole number of seconds, from 0`);
}

export function portsFrom(port: number): LocalPorts {
  const above = (offset: number) => (port === 0 ? 0 : port + offset);
  return { api: port, aws: above(1), standIn: above(2), actingProxy: above(3), deleteOwner: above(4) };
}

function settingsFrom(jsonOrFile: string): Partial<Settings> {
  try {
    const isJson = jsonOrFile.trimStart().startsWith("{");
    return withChanges({}, changesFromJson(isJson ? jsonOrFile : fileText(jsonOrFile)));
  } catch (error) {
    throw new UsageError(`--settings, an object as JSON or a file of it: ${(error as Error).message}`);
  }
}

function fileText(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        data: { type: "string" },
        origin: { type: "string", multiple: true, default: [] },
        settings: { type: "string" },
        "trail-delay": { type: "string" },
        grace: { type: "string" },
        json: { type: "boolean", default: false },
        verbose: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "the options were not understood");
  }
}
