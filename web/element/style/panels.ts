/** What opens below a row. */
export const panels = /* css */ `
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
`;
