/** Pills, notices, and the states of the whole page. */
export const messages = /* css */ `
  .pill {
    display: inline-flex;
    align-items: center;
    gap: 0.4em;
    padding: 0.125rem 0.6rem;
    border-radius: 1rem;
    font-size: 0.8667em;
    font-weight: 500;
    white-space: nowrap;
  }
  .pill.good {
    padding-inline: 0.25rem;
    color: var(--muted);
    font-weight: 400;
  }
  .pill.good::before {
    content: "";
    inline-size: 0.5em;
    block-size: 0.5em;
    border-radius: 50%;
    background: var(--good);
  }
  .pill.unsure {
    background: var(--unsure-wash);
    color: var(--unsure);
  }
  .pill.bad {
    background: var(--bad-wash);
    color: var(--bad);
  }
  .pill.quiet {
    background: var(--hover);
    color: var(--muted);
  }
  .notice {
    display: flex;
    align-items: start;
    gap: 0.625rem;
    margin: 0 calc(var(--gap) * 0.5) calc(var(--gap) * 0.5);
    padding: 0.5rem 0.875rem;
    border-radius: calc(var(--radius) * 0.75);
    font-size: 0.9333em;
  }
  .form .notice,
  .activity .notice {
    margin: 0;
  }
  .notice > .icon {
    margin-block-start: 0.22em;
  }
  .notice > :not(.icon, .button) {
    flex: 1;
  }
  .notice .button {
    margin-block: -0.25rem;
    margin-inline-end: -0.5rem;
  }
  .notice.good {
    background: var(--good-wash);
  }
  .notice.unsure {
    background: var(--unsure-wash);
  }
  .notice.bad {
    background: var(--bad-wash);
  }
  .good > .icon {
    color: var(--good);
  }
  .unsure > .icon {
    color: var(--unsure);
  }
  .bad > .icon {
    color: var(--bad);
  }
  .banner {
    align-items: center;
    margin: 0 0 var(--gap);
  }
  .banner > .icon,
  .banner .button {
    margin-block: 0;
  }
  .wait {
    font-variant-numeric: tabular-nums;
  }
  .found {
    display: grid;
    justify-items: start;
    gap: 0.375rem;
    font-size: 0.8667em;
  }
  .found p {
    display: flex;
    gap: 0.4rem;
  }
  .found .icon {
    margin-block-start: 0.2em;
  }
  .found .quiet {
    color: var(--muted);
  }
  .found .button {
    font-size: 1em;
  }

  .state {
    display: grid;
    justify-items: center;
    gap: 0.375rem;
    padding: calc(var(--gap) * 2) var(--gap);
    text-align: center;
  }
  .state.card {
    padding-block: calc(var(--gap) * 3);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
  }
  .state .text {
    max-inline-size: 46ch;
    text-wrap: balance;
  }
  .state .button {
    margin-block-start: 0.75rem;
  }
  .badge {
    display: grid;
    place-items: center;
    inline-size: 3rem;
    block-size: 3rem;
    margin-block-end: 0.5rem;
    border-radius: 50%;
    background: var(--hover);
    color: var(--muted);
  }
  .badge .icon {
    inline-size: 1.375rem;
    block-size: 1.375rem;
  }
  .seal {
    inline-size: 5rem;
    block-size: 5rem;
    margin-block-end: 0.5rem;
  }
  .wax {
    fill: var(--wax);
  }
  .rim {
    fill: color-mix(in oklab, var(--wax) 88%, #000);
    stroke: color-mix(in oklab, var(--wax) 80%, #fff);
    stroke-width: 1.5;
  }
  .hole {
    fill: color-mix(in oklab, var(--wax) 55%, #000);
  }
  .bone {
    background: var(--hover);
    color: transparent;
    animation: breathe 1.4s ease-in-out infinite alternate;
  }
  @keyframes breathe {
    to {
      opacity: 0.45;
    }
  }
  .line {
    display: block;
    inline-size: 7rem;
    block-size: 0.75rem;
    margin-block: 0.375rem;
    border-radius: 0.375rem;
  }
  .short {
    inline-size: 12rem;
    max-inline-size: 100%;
  }
  .box {
    grid-column: -2;
    inline-size: 5.5rem;
    block-size: 2.125rem;
    border-radius: calc(var(--radius) * 0.65);
  }
  @media (forced-colors: active) {
    .pill,
    .notice,
    .panel,
    .tile {
      border: 1px solid;
    }
    .pill.good::before,
    .dot {
      forced-color-adjust: none;
      background: CanvasText;
    }
    .button[aria-disabled] {
      color: GrayText;
    }
  }
`;
