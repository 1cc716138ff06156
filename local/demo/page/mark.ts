import { html, type TemplateResult } from "lit/html.js";

/** Whose something is, in a colour of their own and in words. */
export function personMark(person: string): TemplateResult {
  const displayName = person.slice(0, 1).toUpperCase() + person.slice(1);
  return html`<span class=${`mark ${person}`}>${displayName}</span>`;
}
