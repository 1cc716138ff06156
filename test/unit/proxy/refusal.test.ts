import { describe, expect, test } from "vitest";
import { anthropic } from "../../../lib/providers/registry/anthropic.ts";
import { google } from "../../../lib/providers/registry/google.ts";
import { groq } from "../../../lib/providers/registry/groq.ts";
import { openrouter } from "../../../lib/providers/registry/openrouter.ts";
import { xai } from "../../../lib/providers/registry/xai.ts";
import { openai } from "../../../lib/providers/registry/openai.ts";
import { healthShownBy, judge } from "../../../lib/proxy/refusal.ts";

describe("a provider's answer", () => {
  test.each([
    [200, "{}", undefined],
    [400, "insufficient_quota", undefined],
    [429, "insufficient_quota", "429"],
    [429, '{"error":{"message":"x","param":"insufficient_quota"}}', "429"],
    [401, "{}", "401"],
    [402, "{}", "quota"],
    [403, "{}", "403"],
    [404, "{}", undefined],
    [429, '{"error":{"code":"rate_limit_exceeded"}}', "429"],
    [429, '{"error":{"code":"insufficient_quota"}}', "quota"],
    [500, "{}", undefined],
  ] as const)("of status %i with %j is the refusal %j, and stays as it is", async (status, body, refusal) => {
    const judged = await judge(openai, new Response(body, { status, headers: { "x-request-id": "1" } }));
    expect(judged.refusal).toBe(refusal);
    expect(judged.response.status).toBe(status);
    expect(judged.response.headers.get("x-request-id")).toBe("1");
    expect(await judged.response.text()).toBe(body);
  });

  test("that is a provider's own word for it is known by the registry", async () => {
    const body = '{"error":{"message":"Your credit balance is too low to access the API."}}';
    expect((await judge(anthropic, new Response(body, { status: 400 }))).refusal).toBe("quota");
    expect((await judge(openai, new Response(body, { status: 400 }))).refusal).toBeUndefined();
  });

  test.each([
    [
      anthropic,
      400,
      { error: { message: "messages.0.Your credit balance is too low: extra inputs" } },
      undefined,
    ],
    [groq, 400, { error: { code: "invalid", message: "unknown field blocked_api_access" } }, undefined],
    [groq, 400, { error: { code: "blocked_api_access" } }, "quota"],
    [xai, 400, { error: "unknown field Incorrect API key" }, undefined],
    [xai, 400, { code: "x", error: "Incorrect API key provided: xx" }, "401"],
    [google, 400, { error: { message: 'Unknown name "API_KEY_INVALID"' } }, undefined],
    [google, 400, [{ error: { details: [{ reason: "API_KEY_INVALID" }] } }], "401"],
    [openrouter, 403, { error: { message: "Your input was flagged by moderation" } }, undefined],
    [openrouter, 403, { error: { message: "Key limit exceeded" } }, "quota"],
    [openrouter, 403, { error: { message: "No" } }, "403"],
  ] as const)(
    "is judged by its own words, not by those that it quotes (%#)",
    async (provider, status, body, refusal) => {
      expect((await judge(provider, Response.json(body, { status }))).refusal).toBe(refusal);
    },
  );

  test.each([401, 403])(
    "(%i) about a missing permission has the next tried, and says nothing of the key",
    async (status) => {
      const restricted = {
        error: { message: "You have insufficient permissions. Missing scopes: api.model.read." },
      };
      const judged = await judge(openai, Response.json(restricted, { status }));
      expect([judged.refusal, healthShownBy(judged)]).toEqual(["403", undefined]);
      // In the error's own words only: a request that quotes them is another matter.
      const quoting = await judge(openai, Response.json({ error: { param: "Missing scopes" } }, { status }));
      expect(healthShownBy(quoting)).toBe("rejected");
      expect(healthShownBy(await judge(groq, Response.json(restricted, { status })))).toBe("rejected");
    },
  );

  test("without end is looked at as far as any error goes, and passed on whole", async () => {
    const chunk = new Uint8Array(10_000).fill(120);
    let sent = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        if ((sent += 1) > 50) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const { response, refusal } = await judge(openai, new Response(endless, { status: 429 }));
    expect(sent).toBeLessThan(12);
    expect(refusal).toBe("429");
    expect((await response.arrayBuffer()).byteLength).toBe(50 * chunk.byteLength);
  });
});
