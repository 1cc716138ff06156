/** The forms that settings have, for the rules of `check-settings.ts`. Each takes whatever was written. */
import { isRoleArn } from "../lib/acting/may-act.ts";
import { isAllowedCall } from "../lib/providers/allowed-calls.ts";
import { registeredProviders, templateOf } from "../lib/providers/registered.ts";
import { isAcceptableOrigin, limitNames, type Settings } from "../lib/settings.ts";

const loopbackHosts = ["127.0.0.1", "localhost", "[::1]"];

export function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}

export function isOneOf(value: unknown, allowed: readonly unknown[]): boolean {
  return allowed.includes(value);
}

export function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

export function isUrl(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const url = new URL(value);
  return url.protocol === "https:" || (url.protocol === "http:" && loopbackHosts.includes(url.hostname));
}

/** Of a page. It becomes part of a mapping template, so a host has nothing in it that means something there. */
export function isPageOrigin(value: unknown): boolean {
  return (
    isUrl(value) && matches(value, /^https?:\/\/[a-z0-9.:[\]-]+$/) && new URL(String(value)).origin === value
  );
}

/** `customProviders` as it was given: it has been checked before. A typo would leave the registered origin in place. */
export function isEndpointId(customProviders: Settings["customProviders"], id: string): boolean {
  const providers = registeredProviders({ customProviders, proxyCalls: {}, endpointOrigins: {} });
  return providers.some(({ endpoints }) => endpoints.some(({ endpointId }) => endpointId === id));
}

/** Where provider keys are sent. */
export function isProviderOrigin(value: unknown): boolean {
  return typeof value === "string" && isAcceptableOrigin(value);
}

export function isListOf(
  value: unknown,
  isElement: (element: unknown) => boolean,
  least = 0,
): value is unknown[] {
  return Array.isArray(value) && value.length >= least && value.every((element) => isElement(element));
}

export function isRecordOf(
  value: unknown,
  isMember: (member: unknown, name: string) => boolean,
): value is Record<string, unknown> {
  return isObject(value) && Object.entries(value).every(([name, member]) => isMember(member, name));
}

/** An operator's own provider, or the address of one that has none; not another address of one that has. */
export function isCustomProvider(value: unknown, id: string): boolean {
  if (!/^[a-z0-9-]{1,32}$/.test(id) || (templateOf(id)?.endpoints.length ?? 0) > 0) return false;
  if (!isObject(value)) return false;
  const { like, origins, displayName = id, ...others } = value;
  return (
    Object.keys(others).length === 0 &&
    typeof like === "string" &&
    templateOf(like) !== undefined &&
    isListOf(origins, isProviderOrigin, 1) &&
    matches(displayName, /^.{1,64}$/)
  );
}

/** `customProviders` as it was given: it has been checked before. */
export function isCallsOf(customProviders: object): (calls: unknown, id: string) => boolean {
  return (calls, id) =>
    (templateOf(id) !== undefined || Object.hasOwn(customProviders, id)) && isListOf(calls, isAllowedCall, 1);
}

export function isLimits(value: unknown): boolean {
  const isLimit = (limit: unknown) =>
    limit === "off" || matches(limit, /^[1-9][0-9]{0,6}\/(second|minute|hour|day)$/);
  return (
    isRecordOf(value, (limit, name) => isOneOf(name, limitNames) && isLimit(limit)) &&
    limitNames.every((name) => Object.hasOwn(value, name))
  );
}

export function isActingRole(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { role, users, may, ...others } = value;
  return (
    Object.keys(others).length === 0 &&
    // The ARN's form: IAM user guide, "IAM identifiers"; path and name together at most 576 characters.
    matches(role, /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/) &&
    // As the functions read it: one that they cannot read would be let in by IAM and refused by them.
    isRoleArn(String(role)) &&
    isListOf(users, (user) => matches(user, /^[^*]+\*?$|^\*$/), 1) &&
    isListOf(may, (permission) => isOneOf(permission, ["use", "delete"]), 1)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
