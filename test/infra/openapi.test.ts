import { readFileSync } from "node:fs";
import path from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { repositoryRoot } from "../../infra/bundle.ts";
import { openApiDocument } from "../../infra/openapi/document.ts";
import { apiFiles } from "../../infra/openapi/files.ts";
import { actingOperations, operations } from "../../lib/api/operations/operations.ts";
import { problemDocument, proxyProblem } from "../../lib/api/problem.ts";
import { legacyError } from "../../lib/api/legacy.ts";
import { statusByCode } from "../../lib/api/status.ts";
import { errorCodes, isRetryable } from "../../lib/errors.ts";
import { registry } from "../../lib/providers/registry.ts";
import { actingRoutes, routes } from "../../lib/routes.ts";

interface Response {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<
    Record<string, { examples?: Record<string, { value: unknown }>; example?: unknown }>
  >;
}

interface Found {
  readonly name: string;
  readonly path: string;
  readonly operationId: string;
  readonly security?: readonly object[];
  readonly responses: Readonly<Record<string, Response>>;
}

const document = openApiDocument();
const found = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Omit<Found, "name" | "path">>).map(([method, operation]): Found => {
    return { ...operation, path, name: `${method.toUpperCase()} ${path}` };
  }),
);
const problems = found.flatMap(({ name, responses }) =>
  Object.entries(responses)
    .filter(([status]) => !status.startsWith("2"))
    .map(([status, response]) => ({ name: `${name} ${status}`, status, response })),
);
const examplesOf = ({ content = {} }: Response) =>
  Object.entries(content).flatMap(([type, { examples = {} }]) =>
    Object.entries(examples).map(([code, { value }]) => ({ type, code, value })),
  );

describe("docs/openapi.json and docs/api.md", () => {
  test("are what `npm run openapi` makes of route table and schemas today", async () => {
    for (const [file, text] of Object.entries(await apiFiles()))
      expect(
        readFileSync(path.join(repositoryRoot, file), "utf8") === text,
        `${file} is behind: npm run openapi`,
      ).toBe(true);
  });

  test("are valid OpenAPI 3.1", async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const { valid, errors } = await new Validator().validate(
      structuredClone(document) as unknown as Record<string, unknown>,
    );
    expect([valid, errors]).toEqual([true, undefined]);
    const broken = await new Validator().validate({
      ...structuredClone(document),
      paths: { "no-slash": {} },
    });
    expect(broken.valid).toBe(false);
  });

  test("have every route of the route table, and no other", () => {
    const names = (all: readonly { method: string; path: string }[]) =>
      all.map((one) => `${one.method} ${one.path}`).toSorted();
    expect(Object.keys(operations).toSorted()).toEqual(names(routes));
    expect(Object.keys(actingOperations).toSorted()).toEqual(names(actingRoutes));
    const methods = (method: string) => (method === "ANY" ? ["GET", "POST", "DELETE"] : [method]);
    const expected = [...routes, actingRoutes[1]].flatMap((one) =>
      methods(one.method).map((method) => `${method} ${one.path.replace("+}", "}")}`),
    );
    expect(found.map(({ name }) => name).toSorted()).toEqual(expected.toSorted());
    expect(new Set(found.map(({ operationId }) => operationId)).size).toBe(found.length);
  });

  test("say of each operation who may call it, by a scheme that is described", () => {
    const schemes = Object.keys(document.components?.securitySchemes ?? {});
    for (const { name, security = [] } of found) {
      const used = security.flatMap((way) => Object.keys(way));
      expect(used.filter((way) => !schemes.includes(way))).toEqual([]);
      expect([name, used.length > 0]).toEqual([name, name !== "GET /v1/openapi.json"]);
    }
  });

  test("have no example that looks like an API key, nor anything else that does", () => {
    const text = JSON.stringify(document);
    for (const { leakPattern } of registry) if (leakPattern) expect(text).not.toMatch(leakPattern);
  });
});

describe("what goes wrong is described", () => {
  test.each(problems)(
    "($name) with each code's own document, under the code's own status",
    ({ status, response }) => {
      const examples = examplesOf(response);
      expect(examples.length).toBeGreaterThan(0);
      for (const { type, code, value } of examples) {
        const isLegacy = type === "application/json";
        const schema = isLegacy ? legacyError : "error" in (value as object) ? proxyProblem : problemDocument;
        const parsed = schema.safeParse(value);
        expect([code, parsed.success]).toEqual([code, true]);
        if (isLegacy) continue;
        expect(value).toMatchObject({ code, status: Number(status) });
      }
    },
  );

  test("with Retry-After wherever a code may succeed later, and always for 429 and a 503 of ours", () => {
    for (const { response, name } of problems) {
      const codes = examplesOf(response).map(({ code }) => code);
      const own = errorCodes.filter(
        (code) => codes.includes(code) && "waxseal-error-code" in (response.headers ?? {}),
      );
      expect([name, "retry-after" in (response.headers ?? {})]).toEqual([name, own.some(isRetryable)]);
    }
    const limited = problems.filter(({ status, name }) => status === "429" && !name.includes("openapi.json"));
    expect(limited.length).toBeGreaterThan(15);
    for (const { response } of limited) expect(response.headers).toHaveProperty("retry-after");
  });

  test("with every code that a route can answer", () => {
    const described = new Set(
      problems.flatMap(({ response }) => examplesOf(response).map(({ code }) => code)),
    );
    // Of jobs, and of the library's `providerFetch`.
    const notOfRoutes = ["AUDIT_CHAIN_BROKEN", "ORIGIN_NOT_REGISTERED"];
    expect(Object.keys(statusByCode).filter((code) => !described.has(code))).toEqual(
      notOfRoutes.toReversed(),
    );
  });
});
