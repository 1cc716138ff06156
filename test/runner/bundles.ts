import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleFunction } from "../../infra/bundle.ts";
import { functionEntries, jobFunctionEntries } from "../../lib/routes.ts";

/**
 * Vitest's global set-up: bundles the functions once for all local systems that the tests start, some forty, each
 * of which would take four seconds for the same. `npm start` by itself does: see `test/unit/local-runtime/cli.test.ts`.
 */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "waxseal-bundles-"));
  const entries = { ...functionEntries, ...jobFunctionEntries };
  for (const [name, entry] of Object.entries(entries)) bundleFunction(name, entry, folder);
  process.env["WAXSEAL_TEST_BUNDLES"] = folder;
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}
