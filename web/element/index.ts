/**
 * `waxseal/element`: importing it defines `<waxseal-provider-keys>`. The published file has all that it needs in it; these
 * types name nothing of what it is made with.
 */
import type { WaxsealClient } from "../client/index.ts";
import type { Change } from "./model/desk.ts";
import { ProviderKeys } from "./provider-keys.ts";
import { english, type Forms, type Strings } from "./text/english.ts";

export type { Change, Forms, Strings };
/** Every text, as it is without translation. */
export const strings: Strings = english;

/** The element. Attributes and events are in docs/front-ends.md. */
export interface WaxsealProviderKeysElement extends HTMLElement {
  /** The API's address, attribute `base-url`; the page's own origin where it is left out. */
  baseUrl: string | undefined;
  /** The signed-in person's token. Without it the cookies of the page's own origin are used. */
  token: (() => string | undefined | Promise<string | undefined>) | undefined;
  /** In place of `baseUrl` and `token`. */
  client: WaxsealClient | undefined;
  /** Which providers are shown, in which order; all where it is left out. As an attribute, ids with blanks between. */
  providers: string | readonly string[] | undefined;
  strings: Partial<Strings> | undefined;
  /** Words for the functions and back ends that use provider keys, by their names. */
  callers: Readonly<Record<string, string>> | undefined;
  /** What the button of the signed-out page does; the page is loaded again when it is done. */
  signIn: (() => unknown) | undefined;
  /** Of the element's own heading, 2 where it is left out; attribute `heading-level`. */
  headingLevel: number | string | undefined;
  refresh(): Promise<void>;
  /** Forgets all that was shown and typed, and loads: for another person. */
  reset(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "waxseal-provider-keys": WaxsealProviderKeysElement;
  }
  interface HTMLElementEventMap {
    "waxseal-change": CustomEvent<Change>;
    "waxseal-signed-out": CustomEvent<null>;
  }
}

export const WaxsealProviderKeys: new () => WaxsealProviderKeysElement = ProviderKeys;

// Two copies of this file on a page are one element.
if (!customElements.get("waxseal-provider-keys"))
  customElements.define("waxseal-provider-keys", ProviderKeys);
