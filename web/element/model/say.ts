import type { StringName } from "../text/english.ts";
import type { Values } from "../text/words.ts";
import type { Notice } from "./state.ts";
import type { Trouble } from "./trouble.ts";

/** The sentence for each code that a person can do something with; the rest is said with its code. */
const sentences: Readonly<Record<string, StringName>> = {
  RATE_LIMITED: "errorLimited",
  NETWORK_FAILED: "errorNetwork",
  TIMED_OUT: "errorNetwork",
  GATEWAY_FAILED: "errorNetwork",
  KMS_UNAVAILABLE: "errorBusy",
  STORE_UNAVAILABLE: "errorBusy",
  ISSUER_UNAVAILABLE: "errorBusy",
  ENCRYPTION_KEY_UNAVAILABLE: "errorBusy",
  CONFLICT: "errorConflict",
  PROVIDER_KEY_NOT_FOUND: "errorGone",
  PROVIDER_KEY_DISABLED: "errorNotUsable",
  PROVIDER_KEY_EXPIRED: "errorNotUsable",
  INVALID_PROVIDER_KEY_FORMAT: "errorFormat",
  OTHER_PROVIDERS_KEY: "errorOthers",
  PROVIDER_KEY_REJECTED: "errorRejected",
  INVALID_REQUEST: "errorRequest",
  ORIGIN_NOT_ALLOWED: "errorPage",
  PROVIDER_UNREACHABLE: "testUnknown",
  PROVIDER_TIMEOUT: "testUnknown",
};

export function good(text: StringName, values?: Values): Notice {
  return { tone: "good", say: [said(text, values)] };
}

/** Where the same provider key may well be tried again. */
const again: readonly (StringName | undefined)[] = [
  "errorLimited",
  "errorNetwork",
  "errorBusy",
  "errorConflict",
];

/** As {@link bad}, of a save: its field is empty now. */
export function badSave(trouble: Trouble, values: Values): Notice {
  const notice = bad(trouble, values);
  const isAgain = trouble.isOffline || again.includes(notice.say[0]?.text);
  return isAgain ? { ...notice, say: [...notice.say, said("pasteAgain")] } : notice;
}

/** A failure in words. `values` are those of all its sentences: the provider, the other one. */
export function bad({ code, isOffline, until }: Trouble, values: Values): Notice {
  const text = isOffline ? "errorOffline" : Object.hasOwn(sentences, code) ? sentences[code] : undefined;
  return { tone: "bad", say: [said(text ?? "error", { ...values, code })], until };
}

export function said(text: StringName, values?: Values): Notice["say"][number] {
  return values ? { text, values } : { text };
}
