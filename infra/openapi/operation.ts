import * as z from "zod/mini";
import { name, provider } from "../../lib/api/fields.ts";
import type { Operation } from "../../lib/api/operations/operation.ts";
import type { Route } from "../../lib/routes.ts";
import { problemResponses } from "./problems.ts";
import { securityOf } from "./security.ts";

interface How {
  readonly method: string;
  readonly isActing: boolean;
}

const anyText = (description: string, example: string) =>
  z.string().check(z.meta({ description, examples: [example] }));

/** Of the proxy, whose paths are the providers'. */
const proxied = {
  provider: anyText("A registered provider's id, or `<id>@<name>` for one of several", "openai@work"),
  path: anyText("The provider's own path, with its slashes", "v1/chat/completions"),
};

/** One operation as zod-openapi takes it. */
export function operationOf(route: Route, operation: Operation, { method, isActing }: How): object {
  const { id, summary, description, query, body, bodyExample } = operation;
  const path = parametersOf(route);
  return {
    operationId: route.streams ? `${id}${method.charAt(0).toUpperCase()}${method.slice(1)}` : id,
    tags: [tagOf(route, isActing)],
    summary,
    ...(description !== undefined && { description }),
    security: securityOf(route, isActing),
    ...(isActing && {
      servers: [
        {
          url: "https://{url}",
          description: "The output DeleteOwnerUrl",
          variables: { url: { default: "id.lambda-url.us-east-1.on.aws" } },
        },
      ],
    }),
    requestParams: {
      ...(path && { path }),
      ...(query && { query }),
      ...(isActing && {
        header: z.object({ "waxseal-user-id": anyText("The user, as in the tokens' owner claim", "user-1") }),
      }),
    },
    ...(body && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: body, example: bodyExample } },
      },
    }),
    ...(route.streams && method === "post" && { requestBody: { content: { "*/*": { schema: {} } } } }),
    responses: { ...successOf(route, operation), ...problemResponses(route, operation, isActing) },
  };
}

function parametersOf({ path, streams }: Route): z.ZodMiniObject | undefined {
  if (streams) return z.object(proxied);
  if (!path.includes("{provider}")) return undefined;
  return path.includes("{name}") ? z.object({ provider, name }) : z.object({ provider });
}

/** In the order in which they are shown. */
export const tags = ["Provider keys", "Proxy", "Back ends", "Older routes"] as const;

function tagOf({ path, errors }: Route, isActing: boolean): (typeof tags)[number] {
  if (isActing) return "Back ends";
  if (errors === "legacy") return "Older routes";
  return path.startsWith("/proxy/") ? "Proxy" : "Provider keys";
}

function successOf(route: Route, { answer, answerExample }: Operation): Record<string, object> {
  if (route.streams)
    return {
      "2XX": {
        description: "The provider's answer",
        headers: proxyHeaders,
        content: { "*/*": { schema: {} } },
      },
    };
  if (route.isPublic)
    return { 200: { description: "Done", content: { "application/json": { schema: { type: "object" } } } } };
  if (!answer) return { 204: { description: "Done" } };
  return {
    200: { description: "Done", content: { "application/json": { schema: answer, example: answerExample } } },
  };
}

const proxyHeaders = {
  "waxseal-slot": { description: "Which provider key was used: `openai/work`", schema: { type: "string" } },
  "waxseal-use-id": {
    description: "By which the activity and the audit know this use",
    schema: { type: "string" },
  },
};
