/** Colours, type and measures: what docs/front-ends.md lists as properties, each with what it is by default. */
export const theme = /* css */ `
  :host {
    --font: var(--waxseal-font, ui-sans-serif, system-ui, sans-serif);
    --mono: var(--waxseal-font-mono, ui-monospace, "SF Mono", Menlo, Consolas, monospace);
    --size: var(--waxseal-font-size, 0.9375rem);
    --radius: var(--waxseal-radius, 12px);
    --gap: var(--waxseal-gap, 1rem);

    --surface: var(--waxseal-surface, light-dark(#ffffff, #16161a));
    --sunken: var(--waxseal-sunken, light-dark(#f8f8fa, #1c1c21));
    --text: var(--waxseal-text, light-dark(#1b1b22, #ededf2));
    --muted: var(--waxseal-muted, light-dark(#5f5f6d, #a0a0ae));
    --line: var(--waxseal-line, light-dark(#e5e5ea, #2b2b33));
    --edge: var(--waxseal-edge, light-dark(#8d8d9b, #696977));
    --accent: var(--waxseal-accent, light-dark(#1b1b22, #f2f2f6));
    --on-accent: var(--waxseal-on-accent, light-dark(#ffffff, #16161a));
    --link: var(--waxseal-link, light-dark(#3a4bc9, #a9b4ff));
    --focus: var(--waxseal-focus, light-dark(#4a5be0, #8b99ff));
    --good: var(--waxseal-good, light-dark(#14703f, #6fd6a0));
    --unsure: var(--waxseal-unsure, light-dark(#8a5200, #f0bc69));
    --bad: var(--waxseal-bad, light-dark(#b3202c, #ff9a9a));
    --wax: var(--waxseal-wax, light-dark(#a5283a, #b13a4c));

    --good-wash: color-mix(in oklab, var(--good) 9%, var(--surface));
    --unsure-wash: color-mix(in oklab, var(--waxseal-unsure, light-dark(#ffb224, #f0bc69)) 15%, var(--surface));
    --bad-wash: color-mix(in oklab, var(--bad) 9%, var(--surface));
    --hover: color-mix(in oklab, var(--text) 6%, var(--surface));

    display: block;
    container-type: inline-size;
    color: var(--text);
    font: var(--size) / 1.5 var(--font);
    text-align: start;
    -webkit-font-smoothing: antialiased;
  }
  :host([hidden]) {
    display: none;
  }
  :host([theme="light"]) {
    color-scheme: light;
  }
  :host([theme="dark"]) {
    color-scheme: dark;
  }
  :host([theme="auto"]) {
    color-scheme: light dark;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  p,
  ul,
  ol,
  dl,
  dd {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  :focus {
    outline: none;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }
  .heading:focus-visible {
    outline: none;
  }
`;
