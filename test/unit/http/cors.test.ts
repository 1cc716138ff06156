import { describe, expect, test } from "vitest";
import { corsHeaders, exposedHeaders } from "../../../lib/cors.ts";
import { responseHeaders } from "../../../lib/proxy/headers.ts";

const allowed = ["https://app.example", "http://127.0.0.1:3000"];

describe("CORS headers", () => {
  test("name an allowed origin, and what it may read", () => {
    expect(corsHeaders("https://app.example", allowed)).toEqual({
      vary: "origin",
      "access-control-allow-origin": "https://app.example",
      "access-control-expose-headers": exposedHeaders.join(", "),
    });
  });

  test.each([undefined, "null", "", "*", "https://evil.example", "https://app.example.evil.example"])(
    "name no origin for %s, but say that it depends on it",
    (origin) => {
      expect(corsHeaders(origin, allowed)).toEqual({ vary: "origin" });
    },
  );

  test("are not there where no origin is configured", () => {
    expect(corsHeaders("https://app.example", [])).toEqual({});
  });

  test("never allow credentials", () => {
    const names = Object.keys(corsHeaders("https://app.example", allowed));
    expect(names).not.toContain("access-control-allow-credentials");
  });

  test("expose of a provider's headers only what the proxy passes on", () => {
    const ofProviders = exposedHeaders.filter((name) => !name.startsWith("waxseal-"));
    const passed = responseHeaders(new Headers(ofProviders.map((name) => [name, "x"])));
    expect(passed.map(([name]) => name).sort()).toEqual([...ofProviders].sort());
    expect(exposedHeaders).not.toContain("set-cookie");
  });
});
