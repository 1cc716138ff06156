import type { FakeApi } from "./fake-api.ts";

/** The element's event, as the tests' pages keep it. */
export function changeEvent(type: string, provider: string, name = "default"): unknown[] {
  return ["waxseal-change", { type, provider, name }];
}

/** What was asked of the API beside reading. */
export function changesAsked({ got }: Pick<FakeApi, "got">): unknown[][] {
  return got
    .filter(({ method }) => method !== "GET")
    .map(({ method, url, body }) => [method, url, ...(body === "" ? [] : [JSON.parse(body) as unknown])]);
}
