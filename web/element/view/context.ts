import type { Desk } from "../model/desk.ts";
import type { History } from "../model/history.ts";
import type { SlotForm } from "../model/slot-form.ts";
import type { View } from "../model/state.ts";
import type { Words } from "../text/words.ts";
import type { Group } from "../model/groups.ts";
import type { ProviderDescription, ProviderKeyStatus } from "../../client/index.ts";

/** What every view is given. */
export interface Context {
  readonly desk: Desk;
  readonly words: Words;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly headingLevel: number;
  /** Kinder words for the functions and back ends that use provider keys. */
  readonly callers: Readonly<Record<string, string>>;
  /** Of the panel that is open, where its view has one. */
  readonly form: SlotForm | undefined;
  readonly history: History | undefined;
  /** Whether the person's whole activity is shown. */
  readonly isActivityOpen: boolean;
  readonly canSignIn: boolean;
  readonly show: (group: Group, view: View, one?: ProviderKeyStatus) => void;
  readonly close: () => void;
  readonly toggleActivity: () => void;
  readonly signIn: () => void;
  readonly refresh: () => void;
  /** Takes what is in the field along to the form of another provider. */
  readonly switchTo: (provider: ProviderDescription) => void;
}
