import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Health, ProviderKeyStatus, StoredProviderKey } from "../../client/index.ts";
import type { StringName } from "../text/english.ts";
import type { Context } from "./context.ts";
import { callerOf, when } from "./parts.ts";

/** All that is known of one, with exact times. */
export function details(c: Context, one: ProviderKeyStatus): unknown {
  if (one.state === "unreadable") return nothing;
  const { words } = c;
  return html`<dl class="details">
    ${detail(c, "detailSaved", words.exact(one.savedAt))} ${detail(c, "detailUsed", used(c, one))}
    ${detail(c, "detailUses", words.rich("times", { count: one.useCount }))}
    ${detail(c, "detailHealth", health(c, one.provider, one.health))}
    ${detail(c, "detailExpires", one.expiresAt === undefined ? words.text("never") : words.exact(one.expiresAt))}
    ${detail(c, "detailName", html`<code>${one.name}</code>`)}
  </dl>`;
}

function detail({ words }: Context, name: StringName, value: unknown): TemplateResult {
  return html`<div>
    <dt>${words.text(name)}</dt>
    <dd>${value}</dd>
  </div>`;
}

function used(c: Context, { lastUsedAt, lastUsedBy }: StoredProviderKey): unknown {
  const { words } = c;
  if (lastUsedAt === undefined) return words.text("notUsed");
  if (lastUsedBy === undefined) return words.exact(lastUsedAt);
  return html`${words.exact(lastUsedAt)}
    <p class="meta">${words.text("by", { who: callerOf(c, lastUsedBy) })}</p>`;
}

const healthNames = {
  unknown: "healthUnknown",
  valid: "healthValid",
  rejected: "healthRejected",
  unreachable: "healthUnreachable",
} as const;

function health(c: Context, provider: string, { status, checkedAt }: Health): unknown {
  const name = c.desk.state.providers.find(({ id }) => id === provider)?.displayName ?? provider;
  return c.words.rich(healthNames[status], { provider: name, when: when(c, checkedAt) });
}
