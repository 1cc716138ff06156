import { describe, expect, test } from "vitest";
import { refuseOtherPages } from "../../../lambdas/http/page-origin.ts";
import { apiEvent } from "./api-event.ts";

const app = "https://app.example";
const check = (httpMethod: string, headers: Record<string, string | string[]>) => () => {
  refuseOtherPages(apiEvent(headers, { httpMethod }), [app, "https://www.example"]);
};
const refusal = expect.objectContaining({ code: "ORIGIN_NOT_ALLOWED" }) as Error;

describe("with a session's cookie", () => {
  test.each(["POST", "PUT", "PATCH", "DELETE"])("%s needs an allowed origin", (method) => {
    expect(check(method, { origin: app })).not.toThrow();
    expect(check(method, { origin: "https://www.example", "sec-fetch-site": "same-site" })).not.toThrow();
  });

  test.each([
    ["no origin", {}],
    ["no origin, though it says it is the same", { "sec-fetch-site": "same-origin" }],
    ["the origin null", { origin: "null" }],
    ["another origin", { origin: "https://evil.example" }],
    ["an origin that begins alike", { origin: `${app}.evil.example` }],
    ["an origin that ends alike", { origin: "https://evil-app.example" }],
    ["another scheme", { origin: "http://app.example" }],
    ["another port", { origin: `${app}:8443` }],
    ["another case", { origin: "https://APP.example" }],
    ["a slash at the end", { origin: `${app}/` }],
    ["two origins in one header", { origin: `${app}, https://evil.example` }],
    ["two headers", { origin: [app, "https://evil.example"] }],
    ["an empty origin", { origin: "" }],
    ["only a referer", { referer: `${app}/settings` }],
  ])("a change with %s is refused", (_what, headers) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"]) {
      expect(check(method, headers)).toThrow(refusal);
    }
  });

  test.each(["GET", "HEAD"])("%s needs none, but not from another site", (method) => {
    expect(check(method, {})).not.toThrow();
    expect(check(method, { "sec-fetch-site": "same-origin" })).not.toThrow();
    expect(check(method, { "sec-fetch-site": "none" })).not.toThrow();
    expect(check(method, { "Sec-Fetch-Site": "cross-site" })).toThrow(refusal);
    expect(check(method, { "sec-fetch-site": "cross-site", origin: app })).toThrow(refusal);
    expect(check(method, { origin: "https://evil.example" })).toThrow(refusal);
  });
});
