import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Field, StoredRecord } from "../view.ts";
import { icon } from "./icons.ts";
import { personMark } from "./mark.ts";
import { providerOf } from "./words.ts";

const sealed = ({ bytes }: Field) => bytes !== undefined;
/** At a glance; the others are in what can be opened. */
const first = ["ciphertext", "tag", "wrappedDataKey"];

export function recordView({ person, slot, state, useCount, fields }: StoredRecord): TemplateResult {
  const times = useCount === 1 ? "used once" : `used ${useCount} times`;
  const uses = useCount === 0 ? "not used yet" : times;
  const bytes = fields.filter(({ name }) => first.includes(name));
  return html`<li class="record">
    <div class="line">
      ${personMark(person)}
      <strong>${providerOf(slot)}</strong>
      <code>${slot}</code>
      <span class="end">${state === "active" ? uses : state}</span>
    </div>
    ${
      bytes.length > 0
        ? html`<dl class="fields">${bytes.map(fieldView)}</dl>`
        : html`<p class="about">Removed: the sealed bytes are gone, and a tombstone tells who did it.</p>`
    }
    <details>
      <summary>The whole record<span class="unseen"> of ${person}, ${slot}</span></summary>
      <dl class="fields">${fields.map(fieldView)}</dl>
    </details>
  </li>`;
}

function fieldView(field: Field): TemplateResult {
  const { name, value, bytes } = field;
  return html`<div class=${sealed(field) ? "field sealed" : "field"}>
    <dt>${name}</dt>
    <dd>
      ${sealed(field) ? icon("lock") : nothing}<code>${value}</code>${
        bytes === undefined ? nothing : html`<span class="bytes">${bytes} bytes</span>`
      }
    </dd>
  </div>`;
}
