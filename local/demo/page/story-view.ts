import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Line, Story } from "../view.ts";
import { icon } from "./icons.ts";
import { personMark } from "./mark.ts";
import { stepsOf, type Step } from "./steps.ts";
import { functionOf, happenedOf, providerOf, shortId, timeOf } from "./words.ts";

export function storyView(story: Story, hasTrail: boolean): TemplateResult {
  const { person, slot, type, at, caller } = story;
  return html`<li class="story">
    <div class="line">
      ${personMark(person)}
      <span>${happenedOf(type)} <strong>${providerOf(slot)}</strong></span>
      <span class="end"
        >${caller === undefined ? nothing : html`${functionOf(caller)} · `}<time>${timeOf(at)}</time></span
      >
    </div>
    <ol class="steps">
      ${stepsOf(story, hasTrail).map(stepView)}
    </ol>
    ${lines(story)}
  </li>`;
}

const said = { done: "done", waiting: "not yet", bad: "wrong" };

export function stepView({ title, detail, state }: Step): TemplateResult {
  return html`<li class=${`step ${state}`}>
    <span class="dot"
      >${state === "done" ? icon("check") : state === "bad" ? icon("cross") : nothing}<span class="unseen"
        >${said[state]}:
      </span></span
    >
    <span class="title">${title}</span>
    <span class="detail">${detail}</span>
  </li>`;
}

/** The same id is marked wherever it is, so that one sees how they are joined. */
function lines({ id, calls, events, slot }: Story): TemplateResult {
  const [kind = "", joined = ""] = id.split("/");
  const name = kind === "use" ? "use" : kind === "kms" ? "request" : "record";
  const marked = kind === "use" || kind === "kms" ? joined : kind;
  return html`<details>
    <summary>
      ${name} <code>${shortId(marked)}</code><span class="unseen"> ${slot}: what tells of it</span>
    </summary>
    ${calls.map((line) => lineView("CloudTrail", line, marked))}
    ${events.map((line) => lineView("Audit event", line, marked))}
  </details>`;
}

function lineView(title: string, line: Line, marked: string): TemplateResult {
  const parts = JSON.stringify(line, undefined, 2).split(marked);
  return html`<p class="source">${title}</p>
    <pre role="group" tabindex="0" aria-label=${title}>
${parts.map((part, place) => (place === 0 ? part : html`<mark>${marked}</mark>${part}`))}</pre>`;
}
