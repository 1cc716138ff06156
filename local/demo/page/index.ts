/** The demo page: two persons, what they see, and what the operator sees beside it. */
import { render } from "lit/html.js";
import { ada, grace, type OperatorView, type Person } from "../view.ts";
import { ask, Refused } from "./ask.ts";
import { pageView } from "./page-view.ts";
import { providerNamed, type Turn } from "./providers.ts";
import { newChat, type Acts, type Chat, type State } from "./state.ts";
import { tokens } from "./token.ts";
import { troubleOf } from "./words.ts";

const tokenOf = tokens();
let state: State = {
  // So that two tabs can be two persons.
  person: location.hash === "#grace" ? grace : ada,
  chats: {},
  operator: undefined,
  isConnected: true,
  copied: undefined,
};

function change(changes: Partial<State>): void {
  state = { ...state, ...changes };
  render(pageView(state, [ada, grace], acts), document.body);
}

function changeChat(person: string, changes: Partial<Chat>): void {
  change({ chats: { ...state.chats, [person]: { ...chatOf(person), ...changes } } });
}

function chatOf(person: string): Chat {
  return state.chats[person] ?? newChat;
}

const acts: Acts = {
  be(person) {
    history.replaceState(undefined, "", `#${person.id}`);
    change({ person, copied: undefined });
  },
  token: (person) => tokenOf(person),
  copyTestKey: (provider, isRefused) => void copyTestKey(provider, isRefused),
  choose: (provider) => changeChat(state.person.id, { provider, trouble: undefined }),
  send: (text) => void send(state.person, text),
};

/** From the local system to the clipboard: the page keeps nothing of it. */
async function copyTestKey(provider: string, isRefused: boolean): Promise<void> {
  try {
    const response = await fetch(`/_demo/test-key?provider=${provider}&refused=${String(isRefused)}`);
    await navigator.clipboard.writeText(await response.text());
    change({ copied: { provider, isRefused, isDone: true } });
  } catch {
    change({ copied: { provider, isRefused, isDone: false } });
  }
}

async function send(person: Person, text: string): Promise<void> {
  const { provider: id, turns: before, isAnswering } = chatOf(person.id);
  if (isAnswering) return;
  const provider = providerNamed(id);
  const asked: Turn[] = [...before, { role: "user", text }];
  let answer = "";
  changeChat(person.id, { turns: asked, isAnswering: true, trouble: undefined, useId: undefined });
  try {
    const { useId } = await ask(provider, asked, await tokenOf(person.id), (piece) => {
      answer += piece;
      changeChat(person.id, { turns: [...asked, { role: "assistant", text: answer }] });
    });
    changeChat(person.id, { isAnswering: false, useId });
    // Last used, and how often, are told there.
    await document.querySelector<ProviderKeysElement>("waxseal-provider-keys")?.refresh();
  } catch (error) {
    const { status, code } = error instanceof Refused ? error : { status: 0, code: "NETWORK_FAILED" };
    const trouble = troubleOf(person.displayName, provider.displayName, status, code);
    changeChat(person.id, { turns: before, isAnswering: false, trouble });
  }
}

/** What is used here of `waxseal/element`: docs/front-ends.md. */
interface ProviderKeysElement extends HTMLElement {
  refresh(): Promise<void>;
}

const live = new EventSource("/_demo/live");
live.addEventListener("message", ({ data }) => {
  change({ operator: JSON.parse(String(data)) as OperatorView, isConnected: true });
});
live.addEventListener("open", () => change({ isConnected: true }));
live.addEventListener("error", () => change({ isConnected: false }));

// What was to be pasted has been.
document.addEventListener("waxseal-change", () => change({ copied: undefined }));

change({});
