import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Removed } from "../paste/clean.ts";
import type { SlotForm } from "../model/slot-form.ts";
import type { Context } from "./context.ts";
import { invalid } from "./field.ts";
import { icon } from "./icons.ts";
import { button, link } from "./parts.ts";

/**
 * Where a browser has `-webkit-text-security`, a text field is masked by it: password managers and browsers fill, store
 * and sync what is a password field, whatever its attributes say. See docs/decisions/0007-settings-page.md.
 */
const canMask = () => CSS.supports("-webkit-text-security", "disc");

/** Classes by which tools that record sessions leave a field out: rrweb and what is built on it, and others. */
const UNRECORDED = "rr-block rr-ignore ph-no-capture sentry-block fs-exclude highlight-block amp-block";

export function secretField(c: Context, form: SlotForm): TemplateResult {
  const { words } = c;
  const { provider } = form.group;
  const values = { provider: provider.displayName };
  return html`<div class="field secret" part="field">
    <label for="field:apiKey">${words.text("apiKey")}</label>
    <div class="with-button">
      ${fresh(form)}
      ${button({
        text: words.text(form.isShown ? "hide" : "show"),
        about: words.text("apiKey"),
        icon: form.isShown ? "eyeOff" : "eye",
        kind: "plain",
        press: () => {
          form.isShown = !form.isShown;
          c.desk.host.changed();
        },
      })}
    </div>
    <p class="hint" id="hint:apiKey">
      ${words.rich("format", { ...values, format: provider.formatInWords })}
      ${link(c, provider.revokeUrl, words.text("keyPage", values))}
    </p>
    <div class="found" id="found:apiKey" aria-live="polite">${cleaned(c, form)} ${verdict(c, form)}</div>
  </div>`;
}

/** Another input for another attempt: the undo history goes with the old one. To lit an array is another thing. */
function fresh(form: SlotForm): unknown {
  return form.attempt % 2 === 0 ? input(form) : [input(form)];
}

function input(form: SlotForm): TemplateResult {
  const keepIn = (event: Event) => {
    if (!form.isShown) event.preventDefault();
  };
  return html`<input
    id="field:apiKey"
    part="input"
    class=${`${UNRECORDED} ${form.isShown ? "" : "masked"}`}
    type=${canMask() || form.isShown ? "text" : "password"}
    data-secret
    maxlength="4096"
    autocomplete="off"
    autocapitalize="none"
    autocorrect="off"
    spellcheck="false"
    enterkeyhint="done"
    data-1p-ignore
    data-lpignore="true"
    data-bwignore
    data-form-type="other"
    data-private
    data-hj-suppress
    data-dd-privacy="hidden"
    data-clarity-mask="true"
    data-openreplay-hidden
    ?readonly=${form.isBusy}
    aria-required="true"
    aria-invalid=${invalid(form, "apiKey")}
    aria-describedby="hint:apiKey found:apiKey"
    @input=${(event: InputEvent) =>
      form.typed(event.target as HTMLInputElement, /^insertFrom/.test(event.inputType) ? "pasted" : "typed")}
    @change=${(event: Event) => form.typed(event.target as HTMLInputElement, "left")}
    @copy=${keepIn}
    @cut=${keepIn}
    @dragstart=${keepIn}
  />`;
}

const removedNames = {
  invisible: "cleanedInvisible",
  spaces: "cleanedSpaces",
  quotes: "cleanedQuotes",
  name: "cleanedName",
  scheme: "cleanedScheme",
} as const satisfies Readonly<Record<Removed, string>>;

function cleaned({ words }: Context, { removed }: SlotForm): unknown {
  if (removed.length === 0) return nothing;
  const what = words.list(removed.map((one) => words.text(removedNames[one])));
  return html`<p class="quiet">${icon("info")}${words.text("cleaned", { what })}</p>`;
}

function verdict(c: Context, form: SlotForm): unknown {
  const { words } = c;
  const { verdict, problem, group } = form;
  const values = { provider: group.provider.displayName };
  if (problem?.say === "keyMissing")
    return html`<p class="bad">${icon("bad")}${words.text("keyMissing")}</p>`;
  switch (verdict.is) {
    case "empty":
      return nothing;
    case "fits":
      return html`<p class="good">${icon("check")}${words.text("fits", values)}</p>`;
    case "unfamiliar":
      return html`<p class="unsure">${icon("warn")}${words.text("unfamiliar", values)}</p>`;
    case "too_long":
      return html`<p class="bad">${icon("bad")}${words.text("tooLong")}</p>`;
    case "others": {
      const other = verdict.looksLike;
      const text = { ...values, other: other.displayName };
      return html`<p class=${problem ? "bad" : "unsure"}>${icon("warn")}${words.text("others", text)}</p>
        ${button({
          text: words.text("switchTo", text),
          id: "switch",
          press: () => c.switchTo(other),
        })}`;
    }
  }
}
