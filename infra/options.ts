/**
 * What an operator sets, from the CDK context: `-c name=value`, else the object `waxseal` in `cdk.json`,
 * else what the preset `supabase` says, else `defaultSettings`. The command line gives strings, so each is
 * read by the type of its setting.
 */
import { defaultSettings, type Settings } from "../lib/settings.ts";
import { checkSettings } from "./check-settings.ts";
import { supabaseSettings } from "./supabase.ts";

export interface Options {
  readonly settings: Settings;
  /** Whether the API's stage writes access logs; see `infra/api.ts` for what that asks of the account. */
  readonly accessLogs: boolean;
}

type Context = (name: string) => unknown;

/**
 * @throws Error naming the setting and what is allowed.
 * @example optionsFromContext((name) => app.node.tryGetContext(name))
 */
export function optionsFromContext(context: Context): Options {
  const written = writtenOptions(context("waxseal"));
  const given: Context = (name) => context(name) ?? written[name];
  const defaults: Readonly<Record<string, unknown>> = {
    ...defaultSettings,
    ...supabaseSettings(given("supabase")),
  };
  const settings = Object.fromEntries(
    Object.entries(defaults).map(([name, fallback]) => [name, read(name, given(name), fallback)]),
  ) as unknown as Settings;
  checkSettings(settings);
  return { settings, accessLogs: readBoolean("accessLogs", given("accessLogs") ?? false) };
}

function writtenOptions(written: unknown = {}): Readonly<Record<string, unknown>> {
  if (!isObject(written)) throw new Error("waxseal in cdk.json must be an object of settings");
  const known = [...Object.keys(defaultSettings), "accessLogs", "supabase"];
  const unknown = Object.keys(written).find((name) => !known.includes(name));
  if (unknown)
    throw new Error(`${unknown} in cdk.json is not a setting; the settings are ${known.join(", ")}`);
  return written;
}

/** Reads by the type of the fallback; ranges and forms are `checkSettings`'s business. */
function read(name: string, given: unknown, fallback: unknown): unknown {
  if (given === undefined) return fallback;
  if (Array.isArray(fallback)) return readList(name, given);
  if (typeof fallback === "number") return typeof given === "string" ? Number(given) : given;
  if (isObject(fallback)) return readMembers(name, given, fallback);
  return given;
}

/** JSON, or the elements with commas between them. */
function readList(name: string, given: unknown): unknown {
  if (typeof given !== "string") return given;
  const text = given.trim();
  if (text.startsWith("[")) return readJson(name, text);
  return text === "" ? [] : text.split(",").map((part) => part.trim());
}

/** Over those of the fallback: who sets one limit keeps the others. */
function readMembers(name: string, given: unknown, fallback: object): unknown {
  const members = typeof given === "string" ? readJson(name, given) : given;
  return isObject(members) ? { ...fallback, ...members } : members;
}

function readJson(name: string, given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    throw new Error(`${name} must be JSON, as in cdk.json`);
  }
}

function readBoolean(name: string, given: unknown): boolean {
  if (given === true || given === "true") return true;
  if (given === false || given === "false") return false;
  throw new Error(`${name} must be true or false`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
