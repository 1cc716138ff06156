/** What things are called on the page. */
import { providerNamed } from "./providers.ts";

export function providerOf(slot: string): string {
  return providerNamed(slot.split("/")[0] ?? "").displayName;
}

const happened: Readonly<Record<string, string>> = {
  key_saved: "saved a key for",
  key_used: "used the key for",
  key_updated: "changed what is said of the key for",
  key_disabled: "disabled the key for",
  key_enabled: "enabled the key for",
  key_removed: "removed the key for",
  key_purged: "was cleared of the tombstone for",
};

export function happenedOf(type: string): string {
  return happened[type] ?? `${type.replaceAll("_", " ")}:`;
}

/** The functions of the local stage are called `waxseal-local-…`. */
export function functionOf(caller: string): string {
  return caller.replace(/^waxseal-local-/, "");
}

/** `10:17:30`, as the person's clock has it. */
export function timeOf(at: string): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? "" : time.toLocaleTimeString(undefined, { hourCycle: "h23" });
}

export function shortId(id: string): string {
  return `${id.slice(0, 8)}…`;
}

const verdicts: Readonly<Record<string, string>> = {
  claim: "by this claim",
  seal: "by this save",
  failed_attempt: "KMS refused it",
  data_key_unused: "it sealed nothing",
};

export function verdictOf(reason: string): string {
  return verdicts[reason] ?? reason.replaceAll("_", " ");
}

const troubles: Readonly<Record<string, string>> = {
  PROVIDER_KEY_NOT_FOUND: "has no key for {provider} that can be used. Add one above.",
  RATE_LIMITED: "has asked often enough for now. Try again in a minute.",
  AUTHENTICATION_REQUIRED: "is signed out: the local system was started anew. Load this page again.",
};

/** Why a chat got no answer: of Waxseal's codes, or of the provider's status. */
export function troubleOf(
  person: string,
  provider: string,
  status: number,
  code: string | undefined,
): string {
  if (code === undefined) return `${provider} refused the key of ${person} (status ${status}).`;
  const words = troubles[code];
  return words === undefined
    ? `There was no answer (${code}).`
    : `${person} ${words.replace("{provider}", provider)}`;
}
