import type { ProviderDescription, ProviderKeyStatus } from "../../client/index.ts";
import type { StringName } from "../text/english.ts";
import type { Values } from "../text/words.ts";
import type { Trouble } from "./trouble.ts";

/** What is open below a row: one at a time. */
export interface Panel {
  readonly provider: string;
  /** Absent where a new one is added. */
  readonly name?: string;
  readonly view: View;
}
export type View = "add" | "details" | "replace" | "edit" | "remove" | "removed" | "revoke" | "activity";

/** What came of an action, said at its row. */
export interface Notice {
  readonly tone: "good" | "unsure" | "bad";
  readonly say: readonly { readonly text: StringName; readonly values?: Values }[];
  /** Until when the same is refused, in milliseconds since 1970. */
  readonly until?: number | undefined;
}

export type Action = "save" | "edit" | "test" | "state" | "order" | "remove";

/** All that the element shows but what is typed. Nothing of a provider key is ever in it. */
export interface State {
  phase: "loading" | "ready" | "failed" | "signed_out";
  /** Of the last time of loading; beside `ready` it says that what is shown is older. */
  trouble: Trouble | undefined;
  providers: readonly ProviderDescription[];
  /** Whether the providers themselves could not be loaded. */
  providersMissing: boolean;
  stored: readonly ProviderKeyStatus[];
  loadedAt: number;
  panel: Panel | undefined;
  /** By slot. */
  readonly busy: Map<string, Action>;
  /** By slot, or by provider for what has no slot yet. */
  readonly notices: Map<string, Notice>;
  /** For those who do not see the page. */
  announcement: string;
}

export function emptyState(): State {
  return {
    phase: "loading",
    trouble: undefined,
    providers: [],
    providersMissing: false,
    stored: [],
    loadedAt: 0,
    panel: undefined,
    busy: new Map(),
    notices: new Map(),
    announcement: "",
  };
}

/** `openai/default` */
export function slotId({ provider, name }: { readonly provider: string; readonly name: string }): string {
  return `${provider}/${name}`;
}
