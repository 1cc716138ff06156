import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { vi } from "vitest";
import type { ApiResponse } from "../../lambdas/http/answer.ts";
import type { ApiEvent } from "../../lambdas/http/event.ts";
import type { AuthenticatedEvent } from "../../lambdas/http/middleware.ts";
import { defaultSettings, type Settings } from "../../lib/settings.ts";
import { environmentOf } from "../../lib/settings-environment.ts";

/** A server on loopback that counts who asks; `pages` are what it answers with, by path. */
export async function startServer(
  pages: Record<string, { status?: number; body: string; location?: string }>,
) {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const page = pages[request.url ?? ""] ?? { status: 404, body: "" };
    response.writeHead(page.status ?? 200, page.location ? { location: page.location } : {});
    response.end(page.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return { url, asked, close: () => new Promise((resolve) => server.close(resolve)) };
}

export interface Checked {
  readonly status: number;
  readonly code: string | undefined;
  readonly ownerId: string | undefined;
  readonly actor: string | undefined;
}

/** The middlewares of all handlers with the real verifier, as a function of a deployment with these settings. */
export async function checkOf(settings: Partial<Settings>): Promise<(event: ApiEvent) => Promise<Checked>> {
  Object.assign(process.env, environmentOf({ ...defaultSettings, ...settings }), {
    WAXSEAL_TABLE: "table",
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
  vi.resetModules();
  const { answerErrors, authenticate } = await import("../../lambdas/http/middleware.ts");
  const { sdkHeader } = await import("../../lambdas/http/proxy-event.ts");
  // Read on first use, and that is now: another deployment's may follow.
  (await import("../../lib/compose.ts")).settings();
  const handler = middy<AuthenticatedEvent, ApiResponse>()
    .use(answerErrors())
    .use(authenticate(sdkHeader))
    .handler(({ who }) => Promise.resolve({ statusCode: 200, headers: {}, body: JSON.stringify(who) }));
  return async (event) => {
    const context = { functionName: "f", awsRequestId: "r" } as Context;
    const answer = (await handler(event as never, context)) as unknown as {
      statusCode: number;
      body: string;
    };
    const { code, ownerId, actor } = JSON.parse(answer.body) as Partial<Checked>;
    return { status: answer.statusCode, code, ownerId, actor };
  };
}
