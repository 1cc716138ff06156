/** The page, its rows, and what opens below them. */
export const layout = /* css */ `
  .page {
    position: relative;
  }
  header {
    margin-block-end: calc(var(--gap) * 1.25);
  }
  .heading {
    font-weight: 600;
    line-height: 1.35;
    text-wrap: balance;
    overflow-wrap: anywhere;
  }
  .h0 {
    font-size: 1.333em;
    letter-spacing: -0.01em;
  }
  .h2 {
    font-size: 1em;
  }
  .lede,
  .text,
  .meta {
    color: var(--muted);
  }
  .lede {
    display: flex;
    gap: 0.45em;
    margin-block-start: 0.25rem;
  }
  .lede .icon {
    flex: none;
    margin-block-start: 0.22em;
  }
  .meta {
    font-size: 0.8667em;
    overflow-wrap: anywhere;
  }
  .meta i::before {
    content: "\\00b7";
    margin-inline: 0.45em;
  }
  .list {
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    overflow: clip;
  }
  .provider + .provider {
    border-block-start: 1px solid var(--line);
  }
  .row {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto auto;
    align-items: center;
    column-gap: calc(var(--gap) * 0.875);
    row-gap: 0.5rem;
    min-block-size: 4.25rem;
    padding: calc(var(--gap) * 0.75) calc(var(--gap) * 1.125);
  }
  .row.empty {
    min-block-size: 3.75rem;
  }
  .what {
    min-inline-size: 0;
  }
  .pills,
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem;
    justify-content: end;
  }
  .order {
    display: flex;
  }
  .actions {
    grid-column: -2;
    flex-wrap: nowrap;
    align-items: center;
  }
  .label {
    color: var(--muted);
    font-weight: 400;
  }
  .what .label {
    margin-inline-start: 0.3em;
  }
  .tile {
    display: grid;
    place-items: center;
    inline-size: 2.5rem;
    block-size: 2.5rem;
    border-radius: 0.7rem;
    background: light-dark(oklch(0.945 0.035 var(--hue)), oklch(0.31 0.055 var(--hue)));
    color: light-dark(oklch(0.43 0.115 var(--hue)), oklch(0.87 0.075 var(--hue)));
    font-size: 0.875rem;
    font-weight: 600;
    letter-spacing: -0.01em;
  }
  .hue0 {
    --hue: 15;
  }
  .hue1 {
    --hue: 45;
  }
  .hue2 {
    --hue: 75;
  }
  .hue3 {
    --hue: 105;
  }
  .hue4 {
    --hue: 135;
  }
  .hue5 {
    --hue: 165;
  }
  .hue6 {
    --hue: 195;
  }
  .hue7 {
    --hue: 225;
  }
  .hue8 {
    --hue: 255;
  }
  .hue9 {
    --hue: 285;
  }
  .hue10 {
    --hue: 315;
  }
  .hue11 {
    --hue: 345;
  }
  .row.empty .tile {
    filter: saturate(0.75);
  }
  .several {
    counter-reset: place;
    margin-block-end: calc(var(--gap) * 0.5);
  }
  .several > li {
    counter-increment: place;
  }
  .row.one {
    min-block-size: 3.5rem;
    padding-block: calc(var(--gap) * 0.5);
  }
  .row.head {
    padding-block-end: calc(var(--gap) * 0.25);
  }
  .tile.place {
    block-size: 1.75rem;
    background: none;
    color: var(--muted);
    font-weight: 400;
    font-variant-numeric: tabular-nums;
  }
  .tile.place::before {
    content: counter(place);
    display: grid;
    place-items: center;
    inline-size: 1.75rem;
    block-size: 1.75rem;
    border: 1px solid var(--line);
    border-radius: 50%;
  }
  .row.one .heading {
    font-weight: 500;
  }

  .panel {
    margin: 0 calc(var(--gap) * 0.5) calc(var(--gap) * 0.5);
    padding: calc(var(--gap) * 1.125) calc(var(--gap) * 1.125);
    border-radius: calc(var(--radius) * 0.75);
    background: var(--sunken);
    animation: open 0.16s ease-out;
  }
  .panel .text {
    max-inline-size: 60ch;
    margin-block-start: 0.25rem;
  }
  @keyframes open {
    from {
      opacity: 0;
      transform: translateY(-0.25rem);
    }
  }
  .details {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr));
    gap: calc(var(--gap) * 0.875) calc(var(--gap) * 1.5);
  }
  dt {
    color: var(--muted);
    font-size: 0.8667em;
  }
  dd {
    overflow-wrap: anywhere;
  }
  code {
    font: 0.9333em var(--mono);
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-block-start: calc(var(--gap) * 1.125);
  }
  .space {
    flex: 1;
  }
  .steps {
    counter-reset: step;
    display: grid;
    gap: 0.5rem;
    margin-block-start: calc(var(--gap) * 0.75);
  }
  .steps li {
    counter-increment: step;
    display: grid;
    grid-template-columns: auto 1fr;
    justify-items: start;
    gap: 0.625rem;
  }
  .steps li::before {
    content: counter(step);
    display: grid;
    place-items: center;
    inline-size: 1.5rem;
    block-size: 1.5rem;
    border: 1px solid var(--line);
    border-radius: 50%;
    background: var(--surface);
    color: var(--muted);
    font-size: 0.8rem;
  }
  .everything {
    margin-block-start: calc(var(--gap) * 0.5);
  }
  .everything .panel {
    margin: 0.5rem 0 0;
  }
  .activity {
    display: grid;
    justify-items: start;
    gap: 0.75rem;
  }
  .heading + .activity {
    margin-block-start: 0.75rem;
  }
  .activity ol {
    inline-size: 100%;
  }
  .activity li {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: baseline;
    gap: 0.75rem;
    padding-block: 0.4375rem;
  }
  .activity li + li {
    border-block-start: 1px solid var(--line);
  }
  .activity b {
    font-weight: 500;
  }
  .dot {
    inline-size: 0.5rem;
    block-size: 0.5rem;
    border-radius: 50%;
    background: var(--edge);
  }
  .key_saved,
  .key_enabled,
  .key_restored,
  .key_imported {
    background: var(--good);
  }
  .key_removed,
  .key_open_failed,
  .key_purged {
    background: var(--bad);
  }
  .key_disabled {
    background: var(--unsure);
  }

  @container (max-width: 36rem) {
    .row {
      grid-template-columns: auto minmax(0, 1fr) auto;
      align-items: start;
      padding: var(--gap);
    }
    .row.empty {
      align-items: center;
    }
    .row:not(.empty) .what {
      grid-column: 2 / -1;
    }
    .row:not(.empty) :is(.pills, .actions) {
      grid-row: 2;
      align-self: center;
    }
    .pills {
      grid-column: 2;
      justify-content: start;
    }
    .row.head .actions {
      grid-column: 2 / -1;
      justify-content: start;
    }
    .row.one .actions {
      display: contents;
    }
    .row.one .what {
      grid-column: 2;
    }
    .row.one > .actions > * {
      grid-column: 3;
      justify-self: end;
    }
    .row.one .order {
      grid-row: 1;
      margin-block-start: -0.25rem;
    }
    .pills .pill {
      white-space: normal;
    }
    .pills .pill.good {
      padding-inline: 0;
    }
    .details {
      grid-template-columns: 1fr 1fr;
    }
    .bone.box {
      display: none;
    }
    .row .meta i::before {
      content: "\\a";
      white-space: pre;
      margin: 0;
    }
    .panel {
      padding: var(--gap);
    }
    .space {
      flex-basis: 100%;
    }
    .activity li {
      grid-template-columns: auto minmax(0, 1fr);
      row-gap: 0;
    }
    .activity li .meta {
      grid-column: 2;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation-duration: 0.001s !important;
      animation-iteration-count: 1 !important;
      transition: none !important;
    }
  }
`;
