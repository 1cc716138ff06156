import { html, nothing, type TemplateResult } from "lit/html.js";
import { keyed } from "lit/directives/keyed.js";
import { chatPanel } from "./chat-view.ts";
import { icon } from "./icons.ts";
import { providerNamed, providers } from "./providers.ts";
import { newChat, type Acts, type Copied, type State } from "./state.ts";

/** What the signed-in person has: a settings page, and an application that uses what is stored there. */
export function personSide(state: State, acts: Acts): TemplateResult {
  const { person, chats } = state;
  return html`<section class="side" aria-labelledby="person-side">
    <div class="side-head">
      <h2 id="person-side">What ${person.displayName} sees</h2>
      <p>A settings page, and a chat that uses it. A key goes in once and never comes out.</p>
    </div>
    ${settingsPanel(state, acts)} ${chatPanel(person, chats[person.id] ?? newChat, acts)}
  </section>`;
}

function settingsPanel({ person, copied }: State, acts: Acts): TemplateResult {
  return html`<div class="panel">
    ${keyed(
      person.id,
      // Another person gets another element: nothing that was typed or shown is left of the one before.
      html`<waxseal-provider-keys
        providers="openai anthropic google"
        heading-level="3"
        .token=${() => acts.token(person.id)}
        .callers=${{ "waxseal-local-provider-proxy": "the chat" }}
      ></waxseal-provider-keys>`,
    )}
    ${testKeys(copied, acts)}
  </div>`;
}

function testKeys(copied: Copied | undefined, acts: Acts): TemplateResult {
  return html`<div class="try">
    <p id="try">No key at hand? Copy one that is good at the stand-in provider alone:</p>
    <div class="buttons" role="group" aria-labelledby="try">
      ${providers.map(({ id, displayName }) => copyButton(id, displayName, false, acts))}
      ${copyButton("openai", "One that OpenAI refuses", true, acts)}
    </div>
    <p class="said" role="status">${copied ? saidOf(copied) : nothing}</p>
  </div>`;
}

function copyButton(provider: string, text: string, isRefused: boolean, acts: Acts): TemplateResult {
  return html`<button
    type="button"
    class="button"
    aria-label=${`Copy a test key: ${text}`}
    @click=${() => acts.copyTestKey(provider, isRefused)}
  >
    ${icon("copy")}${text}
  </button>`;
}

function saidOf({ provider, isDone }: Copied): string {
  const { displayName } = providerNamed(provider);
  if (isDone) return `Copied. Choose “Add key” beside ${displayName}, and paste it there.`;
  return `Your browser did not let this page copy. Type any key in the form that the field asks for.`;
}
