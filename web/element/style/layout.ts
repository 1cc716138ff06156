/** The page and its rows. */
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
`;
