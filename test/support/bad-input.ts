import type { Route } from "../../lib/routes.ts";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey } from "./keys.ts";
import { storedItems } from "./local-system.ts";

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** A good call of each route, to be spoilt in one way at a time. */
export function goodCall(route: Route): Call {
  const path = route.path
    .replace("{provider}", "openai")
    .replace("{name}", "default")
    .replace("{path+}", "v1/chat/completions");
  const method = route.method === "ANY" ? "POST" : route.method;
  const body = goodBody(route);
  return body === undefined ? { method, path } : { method, path, body: JSON.stringify(body) };
}

function goodBody({ method, function: name, errors }: Route): object | undefined {
  if (name === "save") return { ...(method === "POST" && { provider: "openai" }), apiKey: canaryKey() };
  if (name === "remove" && errors === "legacy") return { provider: "openai" };
  if (name === "update") return { label: "at home" };
  return name === "provider-proxy" ? { model: "gpt-test", messages: [] } : undefined;
}

/** Sends a person's calls as they are, and keeps all that was answered. */
export class Sender {
  readonly answers: string[] = [];
  readonly #system: LocalSystem;
  readonly #token: string;

  constructor(system: LocalSystem, token: string) {
    this.#system = system;
    this.#token = token;
  }

  async send({ method, path, headers = {}, body }: Call) {
    const response = await fetch(this.#system.api + path, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: body as string }),
    });
    const text = await response.text();
    this.answers.push(text, JSON.stringify([...response.headers]));
    return {
      status: response.status,
      code: response.headers.get("waxseal-error-code") ?? codeIn(text),
      text,
    };
  }
}

function codeIn(text: string): string | undefined {
  return text.startsWith("{") ? (JSON.parse(text) as { code?: string }).code : undefined;
}

/** Where a test's secrets are found, in any case of letters: nowhere, if all is well. */
export async function leaks(
  system: LocalSystem,
  answers: readonly string[],
  secrets: readonly string[],
): Promise<string[]> {
  const hasOne = (text: string) => {
    const lower = text.toLowerCase();
    return secrets.some((secret) => lower.includes(secret.toLowerCase()));
  };
  const asText = (_name: string, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
  const items = (await storedItems(system)).map((item) => JSON.stringify(item, asText));
  const records = system.cloudTrailRecords().map((record) => JSON.stringify(record));
  const places = { answers, lines: system.logLines(), items, records };
  return Object.entries(places).flatMap(([place, texts]) =>
    texts.length === 0 ? [`no ${place} to look at`] : texts.filter(hasOne).map((text) => `${place}: ${text}`),
  );
}
