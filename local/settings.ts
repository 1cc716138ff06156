import { registeredProviders } from "../lib/providers/registered.ts";
import { defaultSettings, switchedJobs, type Settings } from "../lib/settings.ts";
import { localAccountId } from "./stack.ts";
import { StartRefused } from "./start-refused.ts";

/** Where things are on this machine. */
export interface LocalAddresses {
  readonly api: string;
  readonly standIn: string;
  /** As in `iss`. */
  readonly issuer: string;
}

/** A back end's role, to act for anyone. */
export const localBackEndRole = `arn:aws:iam::${localAccountId}:role/chat-backend`;

/** Long enough here for the recorder to have been there. */
export const localGraceSeconds = 10;

/** Where front ends are developed: Next.js and others, Vite. */
const frontEndPorts = [3000, 5173];

/**
 * The stage `local`: its issuer and its stand-in for every provider, the operator's own too, are on this machine.
 *
 * @param changes - replace the stage's settings; endpoints that they do not name stay at the stand-in.
 * @param origins - are added to those whose pages may call the API.
 * @throws {StartRefused} for a custom provider that is like none; the rest the synthesis checks.
 */
export function localSettings(
  { api, standIn, issuer }: LocalAddresses,
  changes: Partial<Settings> = {},
  origins: readonly string[] = [],
): Settings {
  const settings: Settings = {
    ...defaultSettings,
    stage: "local",
    issuer,
    jwksUri: `${api}/local/jwks.json`,
    sessionCookie: "sb-*-auth-token",
    allowedOrigins: [
      ...ownOrigins(api),
      ...frontEndPorts.flatMap((port) => ownOrigins(`http://127.0.0.1:${port}`)),
    ],
    customProviders: {
      "azure-openai": { like: "azure-openai", origins: ["https://example.openai.azure.com"] },
    },
    // An operator's command can be tried out whole.
    jobs: switchedJobs,
    rewrapSchedule: "manual",
    // What is locked on one machine is locked by the emulation alone.
    auditLock: "governance",
    auditBatchSeconds: 0,
    checkpointSchedule: "rate(1 minute)",
    // Nobody waits two minutes here.
    checkpointSettleSeconds: 2,
    trail: "create",
    graceSeconds: localGraceSeconds,
    actingRoles: [{ role: localBackEndRole, users: ["*"], may: ["use", "delete"] }],
    ...changes,
  };
  const atStandIn = Object.fromEntries(endpointIds(settings).map((endpointId) => [endpointId, standIn]));
  return {
    ...settings,
    allowedOrigins: [...new Set([...settings.allowedOrigins, ...origins])],
    endpointOrigins: { ...atStandIn, ...changes.endpointOrigins },
  };
}

/** What a person changes of them, as JSON. What each may be `infra/check-settings.ts` says; here, that there are such. */
export function changesFromJson(json: string): Partial<Settings> {
  const settings = parsedObject(json);
  const known = Object.keys(defaultSettings);
  const unknown = Object.keys(settings).find((name) => !known.includes(name));
  if (unknown === undefined) return settings;
  throw new StartRefused(`${unknown} is not a setting; the settings are ${known.join(", ")}`);
}

function parsedObject(json: string): object {
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    // answered below, without the parser's text: it quotes its input
  }
  throw new StartRefused("the settings are not an object of JSON");
}

/** `limits` are changed one by one: whoever tries one out has not written the others down. */
export function withChanges(before: Partial<Settings>, changes: Partial<Settings>): Partial<Settings> {
  const { limits } = changes;
  if (!limits) return { ...before, ...changes };
  return { ...before, ...changes, limits: { ...(before.limits ?? defaultSettings.limits), ...limits } };
}

function endpointIds(settings: Settings): string[] {
  try {
    const providers = registeredProviders({ ...settings, endpointOrigins: {} });
    return providers.flatMap(({ endpoints }) => endpoints.map(({ endpointId }) => endpointId));
  } catch (error) {
    throw new StartRefused(`customProviders: ${(error as Error).message}`);
  }
}

/** A browser takes the two names of one server for two origins. */
function ownOrigins(address: string): string[] {
  return [address, address.replace("127.0.0.1", "localhost")];
}
