/** For an element that is narrow, and for a person who wants nothing to move. */
export const narrow = /* css */ `
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
