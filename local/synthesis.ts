/** Run as a worker thread: the CDK takes seconds without a pause, in which Ctrl-C would not be heard. */
import { workerData } from "node:worker_threads";
import { synthesize } from "../infra/synth.ts";
import type { Settings } from "../lib/settings.ts";

const { settings, directory } = workerData as { settings: Settings; directory: string };
synthesize(settings, directory, { check: false });
