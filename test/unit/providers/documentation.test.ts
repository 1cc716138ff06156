import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isAllowed } from "../../../lib/providers/allowed-calls.ts";
import { findProvider } from "../../../lib/providers/find.ts";
import { registeredProviders, type ProviderSettings } from "../../../lib/providers/registered.ts";
import { registry } from "../../../lib/providers/registry.ts";
import { defaultSettings } from "../../../lib/settings.ts";
import { isCallsOf, isCustomProvider } from "../../../infra/setting-forms.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/providers.md"), "utf8");
const rows = page
  .split("\n")
  .filter((line) => /^\| `/.test(line))
  .map((line) => line.slice(1, -1).split("|"))
  .map((cells) => cells.map((cell) => cell.trim()));

describe("docs/providers.md", () => {
  test("has the registry's providers in its table, in order, with their headers and formats", () => {
    const expected = registry.map(({ id, displayName, authorization, formatInWords }) => {
      const header = `\`${authorization.name}${authorization.scheme ? `: ${authorization.scheme}` : ""}\``;
      return [`\`${id}\``, displayName, header, formatInWords];
    });
    expect(rows.map(([id, name, header, , format]) => [id, name, header, format])).toEqual(expected);
  });

  test("gives base URLs from which each SDK's first call is passed on", () => {
    const firstCalls: Readonly<Record<string, string>> = {
      anthropic: "/v1/messages",
      google: "/v1beta/models/gemini-3-flash:generateContent",
      groq: "/openai/v1/chat/completions",
      mistral: "/v1/chat/completions",
      cohere: "/v2/chat",
      perplexity: "/v1/responses",
    };
    for (const [idCell = "", , , urlCell = ""] of rows) {
      const id = idCell.slice(1, -1);
      const [, base] = /^`…\/proxy\/[a-z-]+(.*?)`/.exec(urlCell) ?? [];
      expect(urlCell).toContain(`…/proxy/${id}`);
      const path = base! + (firstCalls[id] ?? "/chat/completions");
      expect(isAllowed(findProvider(registry, id).allowedCalls, "POST", path), path).toBe(true);
    }
  });

  test("gives an example of the settings that is one", () => {
    const [, json] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
    const { waxseal } = JSON.parse(json!) as { waxseal: Omit<ProviderSettings, "endpointOrigins"> };
    for (const [id, custom] of Object.entries(waxseal.customProviders))
      expect(isCustomProvider(custom, id), id).toBe(true);
    for (const [id, calls] of Object.entries(waxseal.proxyCalls))
      expect(isCallsOf(waxseal.customProviders)(calls, id), id).toBe(true);
    const providers = registeredProviders({ ...defaultSettings, ...waxseal });
    expect(providers.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["azure-openai", "mistral-eu", "our-models"]),
    );
    expect(isAllowed(findProvider(providers, "our-models").allowedCalls, "POST", "/v1/score")).toBe(true);
  });
});
