import { html, nothing, type TemplateResult } from "lit/html.js";
import type { ProviderKeyStatus } from "../../client/index.ts";
import { move } from "../model/changes.ts";
import { isSoon } from "../model/expiry.ts";
import type { Group } from "../model/groups.ts";
import { slotId } from "../model/state.ts";
import type { Context } from "./context.ts";
import { panel } from "./panels.ts";
import { aboutOf, button, callerOf, heading, labelOf, monogram, notice, pill, when } from "./parts.ts";

/** A provider: one row, and a row each where there are several. */
export function providerRow(c: Context, group: Group): TemplateResult {
  const { provider, stored } = group;
  const only = stored.length === 1 ? stored[0] : undefined;
  return html`<li class="provider" part="provider" id=${`provider:${provider.id}`}>
    ${only ? keyRow(c, group, only, true) : providerHead(c, group)}
    ${
      stored.length > 1
        ? html`<ol class="several">
            ${stored.map((one) => html`<li>${keyRow(c, group, one, false)}</li>`)}
          </ol>`
        : nothing
    }
    ${said(c, provider.id)} ${panel(c, group)}
  </li>`;
}

/** Of a provider with none, or with several. */
function providerHead(c: Context, group: Group): TemplateResult {
  const { provider, stored, isOffered } = group;
  const isOpen = c.desk.state.panel?.provider === provider.id && c.desk.state.panel.view === "add";
  const text = c.words.text(stored.length > 0 ? "addAnother" : "add");
  return html`<div class=${`row ${stored.length > 0 ? "head" : "empty"}`} part="row">
    ${monogram(provider)}
    <div class="what">
      ${heading(c, 1, provider.displayName)}
      <p class="meta">
        ${
          stored.length > 0
            ? c.words.text("inOrder", { count: stored.length })
            : c.words.text("notConfigured")
        }
      </p>
    </div>
    <div class="actions">
      ${
        isOffered
          ? button({
              text,
              about: provider.displayName,
              icon: "plus",
              id: `add:${provider.id}`,
              isOpen,
              controls: `panel:${provider.id}`,
              press: () => (isOpen ? c.opening.close() : c.opening.show(group, "add")),
            })
          : nothing
      }
    </div>
  </div>`;
}

function keyRow(c: Context, group: Group, one: ProviderKeyStatus, isOnly: boolean): TemplateResult {
  const { provider } = group;
  const label = labelOf(one);
  const id = slotId(one);
  const { panel: open } = c.desk.state;
  const isOpen = open?.provider === one.provider && open.name === one.name && open.view !== "removed";
  const title = isOnly ? provider.displayName : (label ?? one.name);
  return html`<div class=${`row ${isOnly ? "" : "one"} ${one.state}`} part="row">
      ${isOnly ? monogram(provider) : html`<span class="tile place" aria-hidden="true"></span>`}
      <div class="what">
        ${heading(c, isOnly ? 1 : 2, html`${title}${isOnly && label !== undefined ? html` <span class="label">${label}</span>` : nothing}`)}
        <p class="meta">${usage(c, group, one)}</p>
      </div>
      <div class="pills">${pills(c, one)}</div>
      <div class="actions">
        ${isOnly ? nothing : order(c, group, one)}
        ${button({
          text: c.words.text("manage"),
          about: aboutOf(provider, one),
          icon: "chevron",
          id: `manage:${id}`,
          isOpen,
          controls: `panel:${provider.id}`,
          isBusy: c.desk.state.busy.has(id) && !isOpen,
          press: () => (isOpen ? c.opening.close() : c.opening.show(group, "details", one)),
        })}
      </div>
    </div>
    ${said(c, id)} ${isOnly ? nothing : panel(c, group, one)}`;
}

/** What was said at a row last, until it is dismissed or something else is done there. */
function said(c: Context, id: string): unknown {
  const { notices } = c.desk.state;
  const last = notices.get(id);
  if (!last) return nothing;
  return notice(c, last, () => {
    notices.delete(id);
    c.desk.host.changed();
    c.desk.host.focus(`manage:${id}`);
  });
}

function usage(c: Context, { provider, isOffered }: Group, one: ProviderKeyStatus): unknown {
  const { words, desk } = c;
  if (!isOffered && !desk.state.providersMissing) return words.text("notOffered");
  if (one.state === "unreadable") return words.text("unreadableText", { provider: provider.displayName });
  const { lastUsedAt, lastUsedBy, savedAt } = one;
  const saved = words.rich("saved", { when: when(c, savedAt) });
  if (lastUsedAt === undefined) return html`${words.text("notUsed")}<i></i>${saved}`;
  const values = { when: when(c, lastUsedAt), who: callerOf(c, lastUsedBy ?? "") };
  return html`${words.rich(lastUsedBy === undefined ? "used" : "usedBy", values)}<i></i>${saved}`;
}

function pills(c: Context, one: ProviderKeyStatus): unknown {
  const { words, now } = c;
  if (one.state === "unreadable") return pill("bad", words.text("unreadable"));
  const isPast = one.expiresAt !== undefined && Date.parse(one.expiresAt) <= now;
  if (one.state === "expired" || isPast) return pill("bad", words.text("expired"));
  if (one.state === "disabled") return pill("quiet", words.text("disabled"));
  const { health, expiresAt } = one;
  return html`${health.status === "rejected" ? pill("bad", words.text("refused")) : nothing}
  ${
    expiresAt !== undefined && isSoon(expiresAt, now)
      ? pill("unsure", words.rich("expires", { when: when(c, expiresAt) }))
      : nothing
  }
  ${pill("good", words.text("configured"))}`;
}

function order(c: Context, group: Group, one: ProviderKeyStatus): unknown {
  if (one.state === "unreadable") return nothing;
  const places = group.stored.filter(({ state }) => state !== "unreadable");
  const place = places.indexOf(one);
  const arrow = (direction: "up" | "down", by: -1 | 1) =>
    button({
      text: c.words.text(direction === "up" ? "moveUp" : "moveDown"),
      about: aboutOf(group.provider, one),
      icon: direction,
      isBare: true,
      kind: "plain",
      id: `${direction}:${slotId(one)}`,
      isOff: places[place + by] === undefined || c.desk.state.busy.size > 0,
      press: () => {
        void move(c.desk, group, one, by).then(() => c.desk.host.focus(`${direction}:${slotId(one)}`));
      },
    });
  return html`<span class="order">${arrow("up", -1)}${arrow("down", 1)}</span>`;
}
