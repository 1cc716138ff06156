import { html, nothing, type TemplateResult } from "lit/html.js";
import { repeat } from "lit/directives/repeat.js";
import type { OperatorView } from "../view.ts";
import { recordView } from "./record-view.ts";
import type { State } from "./state.ts";
import { stepView, storyView } from "./story-view.ts";

/** Everything that an operator has to look at, of both persons. */
export function operatorSide({ operator, isConnected }: State): TemplateResult {
  return html`<section class="side operator" aria-labelledby="operator-side">
    <div class="side-head">
      <h2 id="operator-side">What the operator sees</h2>
      <p>Of everyone, as it happens: sealed bytes, and evidence. Never a key.</p>
    </div>
    ${isConnected ? nothing : html`<p class="trouble">The local system does not answer. Is npm start still running?</p>`}
    <div class="panel">
      <h3>What happened</h3>
      <p class="about">
        Each use is claimed before anything is decrypted. KMS, our audit and CloudTrail then tell of it under
        the same id, and are held against each other.
      </p>
      ${stories(operator)}
    </div>
    <div class="panel">
      <h3>What is stored</h3>
      <p class="about">
        The records of the table, as an administrator reads them. What is sealed opens for its owner’s own
        uses alone.
      </p>
      ${records(operator)}
    </div>
  </section>`;
}

function stories(operator: OperatorView | undefined): TemplateResult {
  const { stories: all = [], hasTrail = true } = operator ?? {};
  if (all.length === 0) return nothingYet();
  return html`<ol class="stories">
    ${repeat(
      all,
      ({ id }) => id,
      (story) => storyView(story, hasTrail),
    )}
  </ol>`;
}

/** What one is going to see. */
function nothingYet(): TemplateResult {
  const steps = [
    { title: "Claim", detail: "written before anything else" },
    { title: "Decrypt", detail: "one data key, for that claim" },
    { title: "Audit event", detail: "from the table’s own stream" },
    { title: "Accounted for", detail: "by CloudTrail’s file" },
  ];
  return html`<p class="none">Nothing yet. Save a key, use it, and watch:</p>
    <ol class="steps">
      ${steps.map((step) => stepView({ ...step, state: "waiting" }))}
    </ol>`;
}

function records(operator: OperatorView | undefined): TemplateResult {
  const all = operator?.records ?? [];
  if (all.length === 0) return html`<p class="none">No record yet.</p>`;
  return html`<ul class="records">
    ${repeat(
      all,
      ({ person, slot }) => `${person} ${slot}`,
      (record) => recordView(record),
    )}
  </ul>`;
}
