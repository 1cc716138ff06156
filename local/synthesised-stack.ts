import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Settings } from "../lib/settings.ts";
import { keptStack } from "./kept-assemblies.ts";
import type { LocalStack } from "./stack.ts";
import { loadStack } from "./template.ts";

/** A folder for the assemblies of one system, which `remove` deletes, or the end of this process. */
export function assembliesFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "waxseal-"));
  const deleted = () => {
    rmSync(path, { recursive: true, force: true });
  };
  process.once("exit", deleted);
  return {
    path,
    remove() {
      process.off("exit", deleted);
      deleted();
    },
  };
}

/**
 * The stack with these settings, synthesised into a new folder in `folder`; with `bundles`, where there may be one
 * that was synthesised before, beside them.
 *
 * @throws {StartRefused} for a setting that is not allowed.
 */
export async function synthesisedStack(
  settings: Settings,
  folder: string,
  bundles: string | undefined,
): Promise<LocalStack> {
  const into = (some: Settings, directory: string) => synthesise(some, directory, bundles);
  if (bundles !== undefined) return keptStack(settings, bundles, into, loadStack);
  const directory = mkdtempSync(join(folder, "assembly-"));
  await into(settings, directory);
  return loadStack(directory);
}

async function synthesise(settings: Settings, directory: string, bundles: string | undefined): Promise<void> {
  const synthesis = new Worker(new URL("synthesis.ts", import.meta.url), {
    workerData: { settings, directory, bundles },
  });
  // Rejects with what the synthesis throws.
  await once(synthesis, "exit");
}
