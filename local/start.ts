/** `npm start`: the whole system on one machine. `npm start -- --help` lists the options. */
import { nextFreePort, takenPort } from "./cli/ports.ts";
import { parseOptions, usage, UsageError, type StartOptions } from "./cli/options.ts";
import { alarmLine } from "./cli/alarm-line.ts";
import { welcome } from "./cli/welcome.ts";
import { startLocalSystem, type LocalSystem } from "./system.ts";

/** In AWS an on-demand rotation takes seconds to minutes: long enough here to be seen. */
const ROTATION_MS = 500;

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(usage);
  else await start(options);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  // By name: one of them comes from a worker thread.
  if (error.name === "StartRefused") process.stderr.write(`${error.message}\n`);
  else if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${usage}`);
  else throw error;
  process.exitCode = 2;
}

async function start(options: StartOptions): Promise<void> {
  const say = (text: string) => (options.json ? process.stderr : process.stdout).write(`${text}\n`);
  if (await refuseTakenPort(options)) return;
  const began = Date.now();
  const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
  const ended = endOnSignals(say);
  const system = await startLocalSystem({
    ports: options.ports,
    settings: options.settings,
    origins: options.origins,
    demo: true,
    rotationMs: ROTATION_MS,
    ...(options.dataDirectory !== undefined && { dataDirectory: options.dataDirectory }),
    trailDelaySeconds: options.trailDelaySeconds,
    // Of a test that starts one again and again, which has made them: see test/runner/bundles.ts.
    bundles: process.env["WAXSEAL_TEST_BUNDLES"],
    onAlarm: (alarm) => say(alarmLine(alarm)),
    onProgress: (step) => say(`${seconds().padStart(6)}  ${step}`),
    ...(options.verbose && { onLogLine: say }),
  });
  ended.use(system);
  say(`${seconds().padStart(6)}  Ready`);
  const { api, awsEndpoint, standIn, actingProxy, deleteOwner } = system;
  const addresses = { api, awsEndpoint, standIn, actingProxy, deleteOwner };
  if (options.json) process.stdout.write(`${JSON.stringify(addresses)}\n`);
  else say(welcome(system, options.dataDirectory));
}

async function refuseTakenPort({ ports }: StartOptions): Promise<boolean> {
  const taken = await takenPort(ports);
  if (taken === undefined) return false;
  const free = await nextFreePort(ports.api);
  const offer = free === undefined ? "" : ` These are free: npm start -- --port ${String(free)}`;
  const { port, purpose } = taken;
  process.stderr.write(`Port ${String(port)}, for ${purpose}, is taken.${offer}\n`);
  process.exitCode = 1;
  return true;
}

/** The first signal ends everything in order; a second one at once. Before all is started, so does the first. */
function endOnSignals(say: (text: string) => void): { use(started: LocalSystem): void } {
  let system: LocalSystem | undefined;
  let ending = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (ending) process.exit(1);
      ending = true;
      say("Ending.");
      if (system) void system.close().then(() => process.exit(0));
      else process.exit(0);
    });
  }
  return {
    use(started) {
      system = started;
    },
  };
}
