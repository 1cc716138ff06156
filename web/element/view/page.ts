import { html, nothing, type TemplateResult } from "lit/html.js";
import { groupsOf } from "../model/groups.ts";
import type { Trouble } from "../model/trouble.ts";
import type { StringName } from "../text/english.ts";
import { activity } from "./activity.ts";
import type { Context } from "./context.ts";
import { icon, seal, type IconName } from "./icons.ts";
import { button, heading } from "./parts.ts";
import { providerRow } from "./rows.ts";

/** The whole element. */
export function page(c: Context, wanted: readonly string[]): TemplateResult {
  const { state } = c.desk;
  return html`<div class="page" lang=${c.words.locale} part="page">
    <slot name="heading">
      <header part="header">
        ${heading(c, 0, c.words.text("heading"))}
        <p class="lede">${icon("lock")}<span>${c.words.text("lede")}</span></p>
      </header>
    </slot>
    ${body(c, wanted)}
    <div class="unseen" role="status">${state.announcement}</div>
  </div>`;
}

function body(c: Context, wanted: readonly string[]): unknown {
  const { state } = c.desk;
  switch (state.phase) {
    case "loading":
      return skeleton();
    case "signed_out":
      return signedOut(c);
    case "failed":
      return failed(c, state.trouble);
    case "ready":
      return html`${stale(c, state.trouble)} ${ready(c, wanted)}`;
  }
}

function ready(c: Context, wanted: readonly string[]): TemplateResult {
  const { state } = c.desk;
  const groups = groupsOf(state.providers, state.stored, wanted, state.panel?.provider);
  const isEmpty = groups.every(({ stored }) => stored.length === 0);
  // What is said after the last one is removed stays where it is.
  const isRemoved = state.panel?.view === "removed";
  return html`${isEmpty && !isRemoved ? empty(c) : nothing}
    ${state.providersMissing ? banner("info", c.words.text("providersMissing"), retry(c)) : nothing}
    <ul class="list" part="list">
      ${groups.map((group) => providerRow(c, group))}
    </ul>
    ${isEmpty ? nothing : everything(c)}`;
}

/** What happened to all of them. */
function everything(c: Context): TemplateResult {
  const isOpen = c.opening.isActivityOpen;
  return html`<section class="everything">
    ${button({
      text: c.words.text("activityHeading"),
      icon: "clock",
      kind: "plain",
      id: "activity",
      isOpen,
      controls: "all-activity",
      press: () => c.opening.toggleActivity(),
    })}
    ${isOpen ? html`<div class="panel" part="panel" id="all-activity">${activity(c)}</div>` : nothing}
  </section>`;
}

function empty(c: Context): TemplateResult {
  return whole(c, seal(), "emptyHeading", c.words.text("emptyText"), "");
}

/** In place of the rows. */
function whole(
  c: Context,
  sign: unknown,
  title: StringName,
  text: unknown,
  kind: "" | "card",
  action: unknown = nothing,
): TemplateResult {
  return html`<div class=${`state ${kind}`} part="empty">
    ${sign} ${heading(c, 1, c.words.text(title))}
    <p class="text">${text}</p>
    ${action}
  </div>`;
}

function signedOut(c: Context): TemplateResult {
  const { words } = c;
  const action = c.canSignIn
    ? button({ text: words.text("signIn"), kind: "primary", press: c.signIn })
    : retry(c);
  return whole(c, badge("lock"), "signedOutHeading", words.text("signedOutText"), "card", action);
}

function failed(c: Context, trouble: Trouble | undefined): TemplateResult {
  const { words } = c;
  const left = Math.max(0, Math.ceil(((trouble?.until ?? 0) - c.now) / 1000));
  const is = trouble?.isOffline ? "offline" : trouble?.code === "RATE_LIMITED" ? "limited" : "failed";
  const icons = { offline: "cloudOff", limited: "clock", failed: "bad" } as const;
  const texts = {
    offline: words.text("offlineText"),
    limited: words.rich("limitedText", { wait: html`<span class="wait">${words.seconds(left)}</span>` }),
    failed: words.text("error", { code: trouble?.code }),
  };
  return whole(c, badge(icons[is]), `${is}Heading`, texts[is], "card", retry(c));
}

/** Above rows that could not be loaded again. */
function stale(c: Context, trouble: Trouble | undefined): unknown {
  if (!trouble) return nothing;
  const when = c.words.when(new Date(c.desk.state.loadedAt).toISOString(), c.now);
  const text = c.words.text(trouble.isOffline ? "staleOffline" : "stale", { when });
  return banner(trouble.isOffline ? "cloudOff" : "warn", text, retry(c));
}

function banner(name: IconName, text: string, action: unknown): TemplateResult {
  return html`<div class="notice unsure banner" part="notice">
    ${icon(name)}
    <p>${text}</p>
    ${action}
  </div>`;
}

function badge(name: IconName): TemplateResult {
  return html`<span class="badge">${icon(name)}</span>`;
}

function retry(c: Context): TemplateResult {
  return button({ text: c.words.text("retry"), id: "retry", press: c.refresh });
}

function skeleton(): TemplateResult {
  const row = html`<li class="provider">
    <div class="row">
      <span class="tile bone"></span>
      <div class="what"><span class="bone line"></span><span class="bone line short"></span></div>
      <span class="bone box"></span>
    </div>
  </li>`;
  return html`<ul class="list skeleton" part="list" aria-hidden="true">
    ${[row, row, row, row]}
  </ul>`;
}
