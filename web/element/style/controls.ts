/** Buttons, links, fields. */
export const controls = /* css */ `
  .icon {
    flex: none;
    inline-size: 1rem;
    block-size: 1rem;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.4rem;
    min-block-size: 2.125rem;
    padding: 0.25rem 0.75rem;
    border: 1px solid var(--line);
    border-radius: calc(var(--radius) * 0.65);
    background: var(--surface);
    color: inherit;
    font: inherit;
    font-size: 0.9333em;
    font-weight: 500;
    white-space: nowrap;
    cursor: pointer;
    transition:
      background 0.12s,
      border-color 0.12s;
  }
  .button:hover {
    background: var(--hover);
    border-color: var(--edge);
  }
  .button .icon {
    color: var(--muted);
    margin-inline-start: -0.15rem;
  }
  .button[id^="manage:"] .icon {
    order: 1;
    margin-inline: 0 -0.2rem;
    transition: rotate 0.16s;
  }
  .button[aria-expanded="true"] .icon {
    rotate: 180deg;
  }
  .button[id^="add:"] .icon,
  .button#activity .icon {
    rotate: none;
  }
  .primary {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }
  .primary:hover {
    border-color: var(--accent);
    background: color-mix(in oklab, var(--accent) 88%, var(--surface));
  }
  .danger {
    color: var(--bad);
  }
  .danger:hover {
    border-color: var(--bad);
    background: var(--bad-wash);
  }
  .solid {
    border-color: transparent;
    background: light-dark(var(--bad), #c93a45);
    color: #fff;
  }
  .solid:hover {
    background: light-dark(color-mix(in oklab, var(--bad) 85%, #000), #b42f3a);
  }
  .plain {
    border-color: transparent;
    background: none;
    color: var(--muted);
  }
  .plain:hover {
    border-color: transparent;
    color: var(--text);
  }
  .bare {
    inline-size: 2.125rem;
    padding: 0;
  }
  .bare .icon {
    margin: 0;
  }
  .button[aria-disabled] {
    cursor: default;
  }
  .button[aria-disabled]:not(:has(.spinner)) {
    opacity: 0.45;
  }
  .button[aria-disabled]:hover {
    border-color: var(--line);
  }
  .spinner {
    inline-size: 0.875rem;
    block-size: 0.875rem;
    border: 2px solid color-mix(in srgb, currentColor 25%, transparent);
    border-block-start-color: currentColor;
    border-radius: 50%;
    animation: turn 0.7s linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  .link {
    color: var(--link);
    text-underline-offset: 0.2em;
    text-decoration-thickness: 1px;
    text-decoration-color: color-mix(in srgb, currentColor 40%, transparent);
  }
  .link:hover {
    text-decoration-color: currentColor;
  }
  .link .icon {
    inline-size: 0.8em;
    block-size: 0.8em;
    margin-inline-start: 0.25em;
    vertical-align: -0.05em;
  }
  :dir(rtl) .link .icon {
    scale: -1 1;
  }

  .form {
    display: grid;
    gap: var(--gap);
  }
  .form > .text {
    margin-block-start: calc(var(--gap) * -0.75);
  }
  .form > .buttons {
    margin-block-start: 0;
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr));
    gap: var(--gap);
    max-inline-size: 46rem;
  }
  .secret {
    max-inline-size: 46rem;
  }
  .field {
    display: grid;
    align-content: start;
    gap: 0.375rem;
    min-inline-size: 0;
  }
  label {
    font-size: 0.9333em;
    font-weight: 500;
  }
  label .meta {
    font-weight: 400;
  }
  input,
  select {
    inline-size: 100%;
    min-inline-size: 0;
    min-block-size: 2.375rem;
    padding: 0.375rem 0.75rem;
    border: 1px solid var(--edge);
    border-radius: calc(var(--radius) * 0.65);
    background: var(--surface);
    color: var(--text);
    font: inherit;
  }
  input:hover,
  select:hover {
    border-color: var(--muted);
  }
  input:focus-visible,
  select:focus-visible {
    border-color: var(--focus);
    outline-offset: 0;
  }
  [aria-invalid] {
    border-color: var(--bad);
  }
  select {
    padding-inline-end: 2.25rem;
    appearance: none;
  }
  .select {
    position: relative;
  }
  .select .icon {
    position: absolute;
    inset-inline-end: 0.75rem;
    inset-block: 0;
    margin-block: auto;
    color: var(--muted);
    pointer-events: none;
  }
  .together {
    display: flex;
    gap: 0.5rem;
  }
  .together > * {
    flex: 1 1 8rem;
  }
  .with-button {
    position: relative;
  }
  .with-button input {
    padding-inline-end: 6rem;
    font-family: var(--mono);
    font-size: 0.9333em;
  }
  .with-button .button {
    position: absolute;
    inset-block: 0.25rem;
    inset-inline-end: 0.25rem;
    min-block-size: 0;
  }
  .masked {
    -webkit-text-security: disc;
  }
  .hint {
    color: var(--muted);
    font-size: 0.8667em;
  }
  .hint:empty,
  .found:empty {
    display: none;
  }
  .hint.wrong {
    color: var(--bad);
  }
`;
