/** The OpenAPI document of the API: made from the route table, the schemas and the operations, and from nothing else. */
import { createDocument } from "zod-openapi";
import manifest from "../../package.json" with { type: "json" };
import { actingOperations, operations } from "../../lib/api/operations/operations.ts";
import type { Operation } from "../../lib/api/operations/operation.ts";
import { problemDocument, proxyProblem } from "../../lib/api/problem.ts";
import { actingRoutes, routes, type Route } from "../../lib/routes.ts";
import { operationOf, tags } from "./operation.ts";
import { securitySchemes } from "./security.ts";

export type OpenApiDocument = ReturnType<typeof createDocument>;

/** Path parameters as OpenAPI has them: the rest of a path is one, of which it cannot say that it has slashes. */
const pathOf = ({ path }: Route) => path.replaceAll("+}", "}");

/** The proxy passes on these three of the methods that there are. */
const methodsOf = ({ method }: Route) =>
  method === "ANY" ? ["get", "post", "delete"] : [method.toLowerCase()];

export function openApiDocument(): OpenApiDocument {
  const paths: Record<string, Record<string, object>> = {};
  const add = (all: readonly Route[], described: Readonly<Record<string, Operation>>, isActing: boolean) => {
    for (const route of all) {
      const operation = described[`${route.method} ${route.path}`];
      if (!operation) throw new Error(`${route.method} ${route.path} has no operation in lib/api/operations`);
      for (const method of methodsOf(route))
        (paths[pathOf(route)] ??= {})[method] = operationOf(route, operation, { method, isActing });
    }
  };
  add(routes, operations, false);
  // The acting proxy has the same paths at another address: its security is said where the proxy's is.
  add(
    actingRoutes.filter((route) => !route.path.startsWith("/proxy/")),
    actingOperations,
    true,
  );
  return createDocument(
    {
      openapi: "3.1.1",
      info: {
        title: manifest.name,
        version: manifest.version,
        description: "Your users' API keys: sealed, used, accounted for.",
        license: { name: manifest.license, identifier: manifest.license },
      },
      servers: [
        {
          url: "https://{host}/{stage}",
          description: "As the deployment's output ApiUrl says",
          variables: { host: { default: "keys.example.com" }, stage: { default: "prod" } },
        },
      ],
      tags: tags.map((name) => ({ name })),
      paths: paths,
      components: { schemas: { Problem: problemDocument, ProxyProblem: proxyProblem }, securitySchemes },
    },
    { override: withoutNoise },
  );
}

/** What a generator of schemas adds and no reader needs; and answers may have more fields one day. */
function withoutNoise({
  jsonSchema,
  io,
}: {
  jsonSchema: Record<string, unknown>;
  io: "input" | "output";
}): void {
  if (jsonSchema["format"] === "date-time" || jsonSchema["format"] === "uri") delete jsonSchema["pattern"];
  if (jsonSchema["maximum"] === Number.MAX_SAFE_INTEGER) delete jsonSchema["maximum"];
  if (io === "output") delete jsonSchema["additionalProperties"];
}
