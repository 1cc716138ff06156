import type { Route } from "../../lib/routes.ts";

/** Each way in. */
export const securitySchemes = {
  token: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "A token of the deployment's OIDC issuer",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "sb-<ref>-auth-token",
    description:
      "The cookie of a Supabase session, where the setting `sessionCookie` says so. What changes something then needs an `Origin` of `allowedOrigins`",
  },
  ...Object.fromEntries(
    ["x-api-key", "x-goog-api-key", "api-key"].map((name) => [
      name,
      {
        type: "apiKey",
        in: "header",
        name,
        description:
          "On proxied routes: the token, in the header in which this provider's official SDK sends its key",
      },
    ]),
  ),
  signature: {
    type: "apiKey",
    in: "header",
    name: "authorization",
    description: "AWS Signature Version 4, for `lambda`, of a role that the setting `actingRoles` names",
  },
} as const;

export function securityOf({ isPublic, streams }: Route, isActing: boolean): Record<string, string[]>[] {
  if (isPublic) return [];
  if (isActing) return [{ signature: [] }];
  const names = streams
    ? ["token", "session", "x-api-key", "x-goog-api-key", "api-key"]
    : ["token", "session"];
  return names.map((name) => ({ [name]: [] }));
}
