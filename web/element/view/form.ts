import { html, nothing, type TemplateResult } from "lit/html.js";
import type { SlotForm } from "../model/slot-form.ts";
import { choices, dayOf, expiresAt } from "../model/expiry.ts";
import type { StringName } from "../text/english.ts";
import type { Context } from "./context.ts";
import { hint, invalid } from "./field.ts";
import { icon } from "./icons.ts";
import { button, heading, notice } from "./parts.ts";
import { secretField } from "./secret-field.ts";

/** Adds, replaces, or edits what is beside the provider key. */
export function slotForm(c: Context, title: StringName): unknown {
  const { form } = c.opening;
  if (!form) return nothing;
  const { words } = c;
  const values = { provider: form.group.provider.displayName };
  const isEdit = form.mode === "edit";
  return html`<form
    class="form"
    novalidate
    autocomplete="off"
    @submit=${(event: Event) => {
      event.preventDefault();
      const entered = event.currentTarget as HTMLFormElement;
      if (!form.isBusy) void form.submit(entered.querySelector<HTMLInputElement>("[data-secret]"));
    }}
  >
    ${heading(c, 2, words.text(title, values))}
    ${form.mode === "replace" ? html`<p class="text">${words.text("replaceText")}</p>` : nothing}
    ${isEdit ? nothing : secretField(c, form)}
    <div class="fields">
      ${form.mode === "add" && form.group.stored.length > 0 ? textField(c, form, "name", 32) : nothing}
      ${textField(c, form, "label", 100)} ${expiryField(c, form)}
    </div>
    ${form.notice ? notice(c, form.notice) : nothing}
    <div class="buttons">
      ${button({
        text: words.text(form.isBusy ? "saving" : isEdit ? "saveChanges" : "save"),
        kind: "primary",
        type: "submit",
        isBusy: form.isBusy,
      })}
      ${button({ text: words.text("cancel"), press: () => c.opening.close() })}
    </div>
  </form>`;
}

/** Neither is for a password manager: a label is no user name. */
function textField(c: Context, form: SlotForm, field: "name" | "label", length: number): TemplateResult {
  const { words } = c;
  return html`<div class="field" part="field">
    <label for=${`field:${field}`}
      >${words.text(field)}${field === "label" ? html` <span class="meta">${words.text("optional")}</span>` : nothing}</label
    >
    <input
      id=${`field:${field}`}
      part="input"
      .value=${form[field]}
      maxlength=${length}
      autocomplete="off"
      data-1p-ignore
      data-lpignore="true"
      data-bwignore
      aria-invalid=${invalid(form, field)}
      aria-describedby=${`hint:${field}`}
      @input=${(event: Event) => {
        form[field] = (event.target as HTMLInputElement).value;
      }}
    />
    ${hint(c, form, field, words.text(`${field}Hint`))}
  </div>`;
}

function expiryField(c: Context, form: SlotForm): TemplateResult {
  const { words, now } = c;
  const { choice, day } = form.expiry;
  const change = (changed: Partial<SlotForm["expiry"]>) => {
    form.expiry = { ...form.expiry, ...changed };
    c.desk.host.changed();
  };
  const at = expiresAt(form.expiry, now);
  const option = (value: string, text: string) =>
    html`<option value=${value} ?selected=${choice === value}>${text}</option>`;
  return html`<div class="field" part="field">
    <label for="field:expiry">${words.text("expiry")}</label>
    <div class="together">
      <span class="select"
        >${icon("chevron")}<select
          id="field:expiry"
          part="input"
          aria-describedby="hint:date"
          @change=${(event: Event) => change({ choice: (event.target as HTMLSelectElement).value })}
        >
          ${option("never", words.text("never"))}
          ${choices.map((days) =>
            option(
              days,
              days === "365" ? words.text("inAYear") : words.text("inDays", { count: Number(days) }),
            ),
          )}
          ${option("date", words.text("onADate"))}
        </select></span
      >
      ${
        choice === "date"
          ? html`<input
              id="field:date"
              part="input"
              type="date"
              aria-label=${words.text("date")}
              aria-invalid=${invalid(form, "date")}
              aria-describedby="hint:date"
              min=${dayOf(now)}
              .value=${day}
              @change=${(event: Event) => change({ day: (event.target as HTMLInputElement).value })}
            />`
          : nothing
      }
    </div>
    ${hint(c, form, "date", at === undefined || at === "wrong" ? "" : words.text("expiryHint", { when: words.day(at) }))}
  </div>`;
}
