import type { ProviderDescription } from "../../client/index.ts";
import type { Desk } from "../model/desk.ts";
import type { Opening } from "../model/opening.ts";
import type { Words } from "../text/words.ts";

/** What every view is given. */
export interface Context {
  readonly desk: Desk;
  readonly words: Words;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly headingLevel: number;
  /** Kinder words for the functions and back ends that use provider keys. */
  readonly callers: Readonly<Record<string, string>>;
  readonly opening: Opening;
  readonly canSignIn: boolean;
  readonly signIn: () => void;
  readonly refresh: () => void;
  /** Takes what is in the field along to the form of another provider. */
  readonly switchTo: (provider: ProviderDescription) => void;
}
