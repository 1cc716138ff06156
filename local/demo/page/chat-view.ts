import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Person } from "../view.ts";
import { icon } from "./icons.ts";
import { providerNamed, providers, type Turn } from "./providers.ts";
import type { Acts, Chat } from "./state.ts";
import { shortId } from "./words.ts";

/** A small application that knows the person's token, and no provider key. */
export function chatPanel(person: Person, chat: Chat, acts: Acts): TemplateResult {
  const { provider, turns, isAnswering, trouble, useId } = chat;
  const { displayName } = providerNamed(provider);
  return html`<div class="panel chat">
    <h3>Chat</h3>
    <p class="about">
      It calls <code>/proxy/${provider}/…</code> with ${person.displayName}’s token. The key is put in on the
      way, and the answer streams back.
    </p>
    ${choice(provider, acts)}
    <div class="turns" role="log" aria-label="Conversation" tabindex="0">
      ${turns.length === 0 ? html`<p class="none">Ask anything: the stand-in always answers the same.</p>` : nothing}
      ${turns.map((turn, place) => turnView(turn, isAnswering && place === turns.length - 1))}
      ${trouble === undefined ? nothing : html`<p class="trouble">${icon("alarm")}${trouble}</p>`}
    </div>
    <form @submit=${(event: SubmitEvent) => sent(event, acts)}>
      <label class="unseen" for="question">Your message</label>
      <input id="question" autocomplete="off" maxlength="500" placeholder=${`Message ${displayName}`} />
      <button class="button primary" aria-disabled=${isAnswering ? "true" : nothing}>
        ${icon("send")}Send
      </button>
    </form>
    ${useId === undefined ? nothing : html`<p class="about use">Answered under <code>use ${shortId(useId)}</code></p>`}
  </div>`;
}

function choice(chosen: string, acts: Acts): TemplateResult {
  return html`<fieldset class="choice">
    <legend class="unseen">Provider</legend>
    ${providers.map(
      ({ id, displayName }) =>
        html`<label
          ><input
            type="radio"
            name="provider"
            .checked=${id === chosen}
            @change=${() => acts.choose(id)}
          />${displayName}</label
        >`,
    )}
  </fieldset>`;
}

function turnView({ role, text }: Turn, isWriting: boolean): TemplateResult {
  const who = role === "user" ? "You said: " : "Answer: ";
  return html`<p class=${`turn ${role}${isWriting ? " writing" : ""}`}>
    <span class="unseen">${who}</span>${text}
  </p>`;
}

function sent(event: SubmitEvent, acts: Acts): void {
  event.preventDefault();
  const field = (event.currentTarget as HTMLFormElement).querySelector("input");
  const text = field?.value.trim() ?? "";
  if (!field || text === "") return;
  field.value = "";
  acts.send(text);
}
