import { html, type TemplateResult } from "lit/html.js";

/** On a grid of 16, as the element's. */
const paths = {
  check: "m3.5 8.5 3 3L12.5 5",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  lock: "M4.5 7V5a3.5 3.5 0 0 1 7 0v2M3.5 7h9v6.5h-9z",
  send: "M2.5 8h11M9 3.5 13.5 8 9 12.5",
  alarm: "M8 2 1.5 13.5h13L8 2ZM8 6.5v3M8 11.6v.1",
  cross: "m5 5 6 6M11 5l-6 6",
} as const;

export function icon(name: keyof typeof paths): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${paths[name]}></path></svg>`;
}
