import { html, nothing, type TemplateResult } from "lit/html.js";
import type { FieldName, SlotForm } from "../model/slot-form.ts";
import type { Context } from "./context.ts";

export function invalid({ problem }: SlotForm, field: FieldName): "true" | typeof nothing {
  return problem?.field === field ? "true" : nothing;
}

/** What a field is for or, in its place, what is wrong with what is in it. */
export function hint(
  { words }: Context,
  { problem }: SlotForm,
  field: FieldName,
  text: unknown,
): TemplateResult {
  const isWrong = problem?.field === field;
  return html`<p class=${isWrong ? "hint wrong" : "hint"} id=${`hint:${field}`}>
    ${isWrong ? words.text(problem.say) : text}
  </p>`;
}
