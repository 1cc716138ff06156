/** Run as a worker thread: the CDK takes seconds without a pause, in which Ctrl-C would not be heard. */
import { workerData } from "node:worker_threads";
import { checkSettings } from "../infra/check-settings.ts";
import { synthesize } from "../infra/synth.ts";
import type { Settings } from "../lib/settings.ts";
import { StartRefused } from "./start-refused.ts";

interface Task {
  readonly settings: Settings;
  readonly directory: string;
  readonly bundles: string | undefined;
}
const { settings, directory, bundles } = workerData as Task;
try {
  checkSettings(settings);
} catch (error) {
  throw new StartRefused((error as Error).message);
}
synthesize(settings, directory, { check: false, bundles });
