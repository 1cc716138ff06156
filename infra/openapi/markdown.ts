/** `docs/api.md`, made from the OpenAPI document. */
import { errorCodes, isRetryable } from "../../lib/errors.ts";
import type { OpenApiDocument } from "./document.ts";
import { curlOf } from "./curl.ts";
import type { OperationObject } from "./described.ts";
import { rowsOf, shapeNames, type Schema } from "./shapes.ts";

/** A route, with those that differ in their name or method alone. */
interface Entry {
  readonly titles: readonly string[];
  readonly method: string;
  readonly path: string;
  readonly operation: OperationObject;
}

const intro = `# The HTTP API

Made from [\`docs/openapi.json\`](openapi.json) by \`npm run openapi\`; do not edit it. The API serves the same document at \`/v1/openapi.json\`, without sign-in.

\`$API\` stands for the API's address (the output \`ApiUrl\`, without the slash at its end), \`$TOKEN\` for the signed-in person's token. Requests and answers
are JSON in UTF-8; times are ISO 8601 in UTC. Under the application's own origin a Supabase session's cookie takes the place of the token.

What goes wrong is answered by an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) document, \`application/problem+json\`, made of constants: \`{"type", "title", "status", "code"}\`. Switch
on \`code\`, which is in the header \`waxseal-error-code\` too. With \`Retry-After\` the same request may succeed after so many seconds.

`;

export function apiMarkdown(document: OpenApiDocument): string {
  const shapes = document.components?.schemas as Readonly<Record<string, Schema>>;
  const entries = entriesOf(document);
  const tags = (document.tags ?? []).map(({ name }) => name);
  const sections = tags.map((tag) => {
    const ofTag = entries.filter(({ operation }) => operation.tags[0] === tag);
    return `## ${tag}\n\n${ofTag.map((entry) => section(entry, shapes)).join("\n")}`;
  });
  return `${intro}${sections.join("\n")}\n## Shapes\n\n${shapeNames(shapes)
    .map((one) => shape(one, shapes))
    .join("\n")}`;
}

/** The proxy's methods are one entry, and so are a route and the same for one of several. */
function entriesOf({ paths = {} }: OpenApiDocument): Entry[] {
  const all = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Readonly<Record<string, OperationObject>>).map(([method, operation]) => {
      return { titles: [`${method.toUpperCase()} ${path}`], method, path, operation };
    }),
  );
  const isProxys = ({ path }: Entry) => path.startsWith("/proxy/");
  const methods = all.filter(isProxys).map(({ method }) => method.toUpperCase());
  return all.flatMap((entry) => {
    if (isProxys(entry))
      return entry.method === "post" ? [{ ...entry, titles: [`${methods.join(", ")} ${entry.path}`] }] : [];
    if (entry.path.includes("{name}")) return [];
    const named = all.find(
      ({ method, path }) =>
        method === entry.method &&
        path === entry.path.replace("{provider}", "{provider}/{name}") &&
        path !== entry.path,
    );
    return [named ? { ...named, titles: [...entry.titles, ...named.titles] } : entry];
  });
}

function section(
  { titles, method, path, operation }: Entry,
  shapes: Readonly<Record<string, Schema>>,
): string {
  const [first = "", ...others] = titles;
  return [
    `### ${first}\n`,
    ...others.map((title) => `And \`${title}\`, for one of several.\n`),
    `${operation.summary}.\n`,
    ...(operation.description === undefined ? [] : [`${operation.description}\n`]),
    ...parameters(operation),
    ...body(operation, shapes),
    ...success(operation, shapes),
    ...problems(operation),
    `\`\`\`sh\n${curlOf(method, path, operation)}\n\`\`\`\n`,
  ].join("\n");
}

function parameters({ parameters: all = [] }: OperationObject): string[] {
  if (all.length === 0) return [];
  const rows = all.map(({ in: where, name, required, description = "" }) => [
    `\`${name}\``,
    where,
    required ? "yes" : "",
    description,
  ]);
  return [table(["parameter", "in", "required", ""], rows)];
}

function body({ requestBody }: OperationObject, shapes: Readonly<Record<string, Schema>>): string[] {
  const media = requestBody?.content["application/json"];
  return media?.schema ? ["Body:\n", table(fieldTitles, rowsOf(media.schema, shapes))] : [];
}

function success({ responses }: OperationObject, shapes: Readonly<Record<string, Schema>>): string[] {
  return Object.entries(responses)
    .filter(([status]) => status.startsWith("2"))
    .flatMap(([status, { description, content = {}, headers = {} }]) => {
      const media = content["application/json"];
      const named = Object.keys(headers).map((name) => `\`${name}\``);
      const said = `Answers \`${status}\`: ${description.charAt(0).toLowerCase()}${description.slice(1)}.${named.length > 0 ? ` Headers: ${named.join(", ")}.` : ""}\n`;
      if (!media?.schema || media.example === undefined) return [said];
      return [said, table(fieldTitles, rowsOf(media.schema, shapes)), json(media.example)];
    });
}

function problems({ responses }: OperationObject): string[] {
  const rows = Object.entries(responses)
    .filter(([status]) => !status.startsWith("2"))
    .flatMap(([status, { content = {} }]) =>
      Object.values(content).flatMap(({ examples = {} }) =>
        Object.entries(examples).map(([code, { value }]) => {
          const { title, error: text = "" } = value as { title?: string; error?: string };
          return [status, `\`${code}\``, title ?? text, canBeRetried(code) ? "yes" : ""];
        }),
      ),
    );
  return [table(["status", "code", "text", "`Retry-After`"], rows)];
}

function canBeRetried(code: string): boolean {
  return errorCodes.some((known) => known === code && isRetryable(known));
}

function shape([name, schema]: readonly [string, Schema], shapes: Readonly<Record<string, Schema>>): string {
  const { description } = schema;
  const said = description === undefined ? [] : [`${description}.\n`];
  return [`### ${name}\n`, ...said, table(fieldTitles, rowsOf(schema, shapes))].join("\n");
}

const fieldTitles = ["field", "type", "required", ""];

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return `${[line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n")}\n`;
}

function json(example: unknown): string {
  return `\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\`\n`;
}
