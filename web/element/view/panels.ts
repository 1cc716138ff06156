import { html, nothing, type TemplateResult } from "lit/html.js";
import type { ProviderKeyStatus, StoredProviderKey } from "../../client/index.ts";
import { remove, setState, test } from "../model/changes.ts";
import type { Group } from "../model/groups.ts";
import { slotId, type Panel } from "../model/state.ts";
import type { StringName } from "../text/english.ts";
import { activity } from "./activity.ts";
import type { Context } from "./context.ts";
import { details } from "./details.ts";
import { slotForm } from "./form.ts";
import { aboutOf, button, heading, labelOf, link } from "./parts.ts";

/** What is open at a provider: below its row or, where it is about one of several, below that one's. */
export function panel(c: Context, group: Group, row?: ProviderKeyStatus): unknown {
  const open = c.desk.state.panel;
  if (open?.provider !== group.provider.id) return nothing;
  const one = group.stored.find(({ name }) => name === open.name);
  const isAtItsRow = group.stored.length > 1 && one !== undefined;
  if (isAtItsRow ? one !== row : row !== undefined) return nothing;
  return html`<section
    class="panel"
    part="panel"
    id=${`panel:${group.provider.id}`}
    aria-label=${aboutOf(group.provider, one)}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      c.opening.close();
    }}
  >
    ${content(c, group, open, one)}
  </section>`;
}

function content(c: Context, group: Group, { view }: Panel, one: ProviderKeyStatus | undefined): unknown {
  if (view === "removed") return revoke(c, group, "removedHeading", "removedText");
  if (view === "add") return slotForm(c, "addHeading");
  if (!one) return nothing;
  switch (view) {
    case "details":
      return html`${details(c, one)} ${actions(c, group, one)}`;
    case "replace":
      return slotForm(c, "replaceHeading");
    case "edit":
      return slotForm(c, "editHeading");
    case "remove":
      return removal(c, group, one);
    case "revoke":
      return revoke(c, group, "revokeHeading", "revokeText");
    case "activity":
      return html`${heading(c, 2, c.words.text("activityOf"), `activity:${slotId(one)}`)} ${activity(c)}
        <div class="buttons">
          ${button({ text: c.words.text("close"), press: () => c.opening.close() })}
        </div>`;
  }
}

/** All that can be done with one; with one that cannot be read, only what needs no reading. */
function actions(c: Context, group: Group, one: ProviderKeyStatus): TemplateResult {
  const id = slotId(one);
  const busy = c.desk.state.busy.get(id);
  const about = aboutOf(group.provider, one);
  const action = (name: StringName, press: () => void, more: object = {}) =>
    button({
      text: c.words.text(name, { provider: group.provider.displayName }),
      about,
      id: `${name}:${id}`,
      isOff: busy !== undefined,
      press,
      ...more,
    });
  const show = (view: Panel["view"], more: object = {}) =>
    action(view as StringName, () => c.opening.show(group, view, one), more);
  const isWhole = one.state !== "unreadable";
  return html`<div class="buttons">
    ${isWhole && group.isOffered ? ofWhole(c, group, one, action) : nothing}
    ${group.isOffered ? show("replace") : nothing} ${isWhole ? show("edit") : nothing} ${show("activity")}
    ${
      group.isOffered && group.stored.length === 1
        ? button({
            text: c.words.text("addAnother"),
            about: group.provider.displayName,
            press: () => c.opening.show(group, "add"),
          })
        : nothing
    }
    <span class="space"></span>
    ${group.provider.revokeSteps.length > 0 ? show("revoke") : nothing} ${show("remove", { kind: "danger" })}
  </div>`;
}

type Maker = (name: StringName, press: () => void, more?: object) => TemplateResult;

function ofWhole(c: Context, group: Group, one: StoredProviderKey, action: Maker): TemplateResult {
  const busy = c.desk.state.busy.get(slotId(one));
  const isDisabled = one.state === "disabled";
  return html`${
    one.state === "active"
      ? action("test", () => void test(c.desk, group, one), busy === "test" ? { isBusy: true } : {})
      : nothing
  }
  ${action(isDisabled ? "enable" : "disable", () => void setState(c.desk, group, one), {
    ...(busy === "state" && { isBusy: true }),
    id: `state:${slotId(one)}`,
  })}`;
}

function removal(c: Context, group: Group, one: ProviderKeyStatus): TemplateResult {
  const { words } = c;
  const label = labelOf(one);
  const provider = group.provider.displayName;
  const name = label === undefined ? "removeHeading" : "removeHeadingNamed";
  return html`${heading(c, 2, words.text(name, { provider, label }), `remove:${slotId(one)}`)}
    <p class="text">${words.text("removeText")}</p>
    <div class="buttons">
      ${button({
        text: words.text("removeYes"),
        kind: "danger solid",
        isBusy: c.desk.state.busy.get(slotId(one)) === "remove",
        press: () => void remove(c.desk, group, one),
      })}
      ${button({ text: words.text("removeNo"), press: () => c.opening.close() })}
    </div>`;
}

function revoke(c: Context, { provider }: Group, title: StringName, text: StringName): TemplateResult {
  const { words } = c;
  const values = { provider: provider.displayName };
  const id = title === "removedHeading" ? `removed:${provider.id}` : `revoke:${provider.id}`;
  return html`${heading(c, 2, words.text(title, values), id)}
    <p class="text">${words.text(text)}</p>
    <ol class="steps">
      ${provider.revokeUrl === "" ? nothing : html`<li>${link(c, provider.revokeUrl, words.text("keyPage", values))}</li>`}
      ${provider.revokeSteps.map((step) => html`<li>${step}</li>`)}
    </ol>
    <div class="buttons">${button({ text: words.text("done"), press: () => c.opening.close() })}</div>`;
}
