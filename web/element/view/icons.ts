import { html, type TemplateResult } from "lit/html.js";

/** Drawn for this element on a grid of 16; a row's words say the same. */
const paths = {
  chevron: "m4 6 4 4 4-4",
  plus: "M8 3v10M3 8h10",
  up: "M8 13V3M4 7l4-4 4 4",
  down: "M8 3v10M4 9l4 4 4-4",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  eyeOff:
    "M2 2l12 12M6.5 3.7A6 6 0 0 1 8 3.5C12 3.5 14.5 8 14.5 8a12 12 0 0 1-1.9 2.4M4 5.1A12 12 0 0 0 1.5 8S4 12.5 8 12.5a6 6 0 0 0 2.9-.8",
  check: "m3 8.5 3.2 3.2L13 4.8",
  warn: "M8 2 1.5 13.5h13L8 2ZM8 6.5v3M8 11.6v.1",
  info: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM8 7.5v3.5M8 5v.1",
  bad: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM8 4.8v3.7M8 11v.1",
  out: "M9.5 2.5h4v4M13.5 2.5 8 8M12 9.5v3a1 1 0 0 1-1 1H3.5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1h3",
  close: "m4 4 8 8M12 4l-8 8",
  clock: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM8 4.5V8l2.3 1.5",
  lock: "M4.5 7V5a3.5 3.5 0 0 1 7 0v2M3.5 7h9v6.5h-9z",
  cloudOff: "M2 2l12 12M5.2 5.4A3.6 3.6 0 0 0 4.5 12.5h7M7 3.6a4 4 0 0 1 4.8 3.3 2.9 2.9 0 0 1 1.9 4.6",
} as const;

export type IconName = keyof typeof paths;

export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${paths[name]}></path></svg>`;
}

/** A seal in wax with a keyhole, for a page without any. */
export function seal(): TemplateResult {
  return html`<svg class="seal" viewBox="0 0 96 96" aria-hidden="true">
    <path
      class="wax"
      d="M48 7c7 0 9 5 15 7s12-1 16 5 1 11 4 17 8 7 8 13-5 9-7 15 1 12-5 16-11 1-17 4-8 7-14 7-9-6-15-7-12 1-16-5-1-11-4-17-8-8-8-14 6-9 7-15-1-12 5-16 11-1 17-4 8-6 14-6Z"
    ></path>
    <circle class="rim" cx="48" cy="48.5" r="27"></circle>
    <path class="hole" d="M48 36a7.5 7.5 0 0 0-3.7 14L42 61h12l-2.3-11A7.5 7.5 0 0 0 48 36Z"></path>
  </svg>`;
}
