import type { OperatorView, Person } from "../view.ts";
import type { Turn } from "./providers.ts";

/** All that is drawn. No provider key is ever in it, and no token. */
export interface State {
  readonly person: Person;
  readonly chats: Readonly<Record<string, Chat>>;
  /** Undefined until the local system has told. */
  readonly operator: OperatorView | undefined;
  readonly isConnected: boolean;
  readonly copied: Copied | undefined;
}

/** Of one person. */
export interface Chat {
  readonly provider: string;
  readonly turns: readonly Turn[];
  readonly isAnswering: boolean;
  /** Why the last question was not answered. */
  readonly trouble: string | undefined;
  /** Of the last answer. */
  readonly useId: string | undefined;
}

export interface Copied {
  readonly provider: string;
  readonly isRefused: boolean;
  /** Whether the browser let the page write to the clipboard. */
  readonly isDone: boolean;
}

export const newChat: Chat = {
  provider: "openai",
  turns: [],
  isAnswering: false,
  trouble: undefined,
  useId: undefined,
};

/** What a person can do on the page, beside what the element does itself. */
export interface Acts {
  readonly be: (person: Person) => void;
  readonly token: (person: string) => Promise<string | undefined>;
  readonly copyTestKey: (provider: string, isRefused: boolean) => void;
  readonly choose: (provider: string) => void;
  readonly send: (text: string) => void;
}
