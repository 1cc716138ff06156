import { html, nothing, type TemplateResult } from "lit/html.js";
import type { ActivityEvent } from "../../client/index.ts";
import type { History, Line } from "../model/history.ts";
import { bad } from "../model/say.ts";
import { english, type StringName } from "../text/english.ts";
import type { Context } from "./context.ts";
import { button, callerOf, notice, when } from "./parts.ts";

/** What happened, newest first. */
export function activity(c: Context): unknown {
  const { history } = c.opening;
  if (!history) return nothing;
  const { lines, isLoading, isAtEnd, trouble } = history;
  return html`<div class="activity" part="activity" aria-busy=${String(isLoading)}>
    ${
      lines.length > 0
        ? html`<ol>
            ${lines.map((line) => entry(c, line))}
          </ol>`
        : nothing
    }
    ${isLoading ? html`<p class="meta">${c.words.text("activityLoading")}…</p>` : end(c, history)}
    ${trouble ? notice(c, bad(trouble, {})) : nothing}
    ${
      isAtEnd || isLoading
        ? nothing
        : button({
            text: c.words.text(trouble ? "retry" : "activityEarlier"),
            id: "earlier",
            press: () => void history.more(),
          })
    }
  </div>`;
}

function end({ words, now }: Context, { lines, isAtEnd, since, trouble }: History): unknown {
  if (trouble) return nothing;
  if (isAtEnd)
    return html`<p class="meta">${words.text(lines.length > 0 ? "activityEnd" : "activityNone")}</p>`;
  if (lines.length > 0 || since === undefined) return nothing;
  return html`<p class="meta">${words.text("activityNoneSince", { when: words.when(since, now) })}</p>`;
}

function entry(c: Context, { event, count }: Line): TemplateResult {
  const { words } = c;
  const what = words.text(nameOf(event));
  return html`<li>
    <span class=${`dot ${event.type}`}></span>
    <span class="happened"
      ><b>${what}</b>${count > 1 ? html` ${words.rich("times", { count })}` : nothing}${who(c, event)}</span
    >
    <span class="meta">${where(c, event)}${when(c, event.at)}</span>
  </li>`;
}

/** Who, where it says something: a person's own changes are by the person. */
function who(c: Context, { type, caller }: ActivityEvent): unknown {
  if (type !== "key_used" || caller === undefined) return nothing;
  return html` ${c.words.rich("by", { who: callerOf(c, caller) })}`;
}

/** Of which one, where all are shown together. */
function where(c: Context, { provider, name }: ActivityEvent): unknown {
  if (!c.opening.isActivityOpen || provider === undefined) return nothing;
  const known = c.desk.state.providers.find(({ id }) => id === provider)?.displayName ?? provider;
  return html`${name === undefined || name === "default" ? known : `${known}, ${name}`}<i></i>`;
}

function nameOf({ type }: ActivityEvent): StringName {
  return type.startsWith("key_") && Object.hasOwn(english, type) ? (type as StringName) : "key_changed";
}
