/**
 * For tests, which start some forty systems with nearly the same settings: an assembly is synthesised once for all
 * that differ in nothing but the ports that they got.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../lib/settings.ts";
import type { LocalStack } from "./stack.ts";

/** Ports that the operating system gives; those that settings name on purpose are lower. */
const given = /(127\.0\.0\.1|localhost):(\d{5})\b/g;
const FIRST_STAND_IN = 65_001;

/** The same value with other ports. */
function withPorts<Value>(value: Value, portFor: (port: string) => string): Value {
  const text = JSON.stringify(value);
  return JSON.parse(
    text.replace(given, (_all, host: string, port: string) => `${host}:${portFor(port)}`),
  ) as Value;
}

/**
 * @param folder - in which assemblies are kept.
 * @param synthesise - into a folder, which it makes.
 * @param load - what is in one.
 */
export async function keptStack(
  settings: Settings,
  folder: string,
  synthesise: (settings: Settings, directory: string) => Promise<void>,
  load: (directory: string) => LocalStack,
): Promise<LocalStack> {
  const ports: string[] = [];
  const portable = withPorts(settings, (port) => {
    if (!ports.includes(port)) ports.push(port);
    return String(FIRST_STAND_IN + ports.indexOf(port));
  });
  const name = createHash("sha256").update(JSON.stringify(portable)).digest("hex").slice(0, 32);
  const kept = join(folder, "assemblies", name);
  if (!existsSync(kept)) {
    mkdirSync(join(folder, "assemblies"), { recursive: true });
    const fresh = mkdtempSync(`${kept}-`);
    await synthesise(portable, fresh);
    keep(fresh, kept);
  }
  return withPorts(load(kept), (port) => ports[Number(port) - FIRST_STAND_IN] ?? port);
}

/** Another worker may have been quicker: theirs is the same. */
function keep(fresh: string, kept: string): void {
  try {
    renameSync(fresh, kept);
  } catch {
    rmSync(fresh, { recursive: true, force: true });
  }
}
