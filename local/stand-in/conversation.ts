import { exampleOf } from "./tool-input.ts";

/** What the stand-in says next: a call of a tool, or a text in the pieces in which it is streamed. */
export interface Turn {
  readonly words: readonly string[];
  readonly tool?: { readonly name: string; readonly input: unknown };
}

type Fields = Readonly<Record<string, unknown>>;

const usual: readonly string[] = ["Sealed", ", ", "used", ", ", "accounted ", "for", "."];

/**
 * The next turn of a conversation in any of the providers' forms: a call of the first tool that is offered,
 * once; the size of the files that were sent along, so that one sees they arrived whole; else the usual words.
 */
export function nextTurn(body: Fields): Turn {
  const tool = firstTool(body);
  if (tool && !objectsIn(body).some(isToolResult)) {
    return { words: [], tool: { name: tool.name, input: exampleOf(tool.schema) } };
  }
  const files = objectsIn(body).flatMap(filesOf);
  if (files.length === 0) return { words: usual };
  return { words: files.flatMap(({ type, bytes }) => ["I see ", type, " of ", `${bytes} bytes. `]) };
}

function firstTool({ tools }: Fields): { name: string; schema: unknown } | undefined {
  const [tool] = Array.isArray(tools) ? (tools as Fields[]) : [];
  const declarations = tool?.["functionDeclarations"] ?? tool?.["function_declarations"];
  const [declared] = Array.isArray(declarations) ? (declarations as Fields[]) : [];
  // In turn: Google; OpenAI's chat and Cohere; OpenAI's responses and Anthropic.
  const described = declared ?? (tool?.["function"] as Fields | undefined) ?? tool;
  const { name, parameters, parametersJsonSchema, input_schema } = described ?? {};
  if (typeof name !== "string") return undefined;
  return { name, schema: parameters ?? parametersJsonSchema ?? input_schema };
}

function isToolResult(value: Fields): boolean {
  const { role, type } = value;
  return (
    role === "tool" ||
    type === "function_call_output" ||
    type === "tool_result" ||
    "functionResponse" in value
  );
}

/** Files inside messages: data URLs at OpenAI, a media type beside base64 at Anthropic and Google. */
function filesOf(value: Fields): { type: string; bytes: number }[] {
  const urls = Object.values(value).flatMap((member) => {
    const [, type, data] =
      (typeof member === "string" && /^data:([\w/+.-]+);base64,(.*)$/s.exec(member)) || [];
    return type !== undefined && data !== undefined ? [{ type, data }] : [];
  });
  const { data } = value;
  const type = value["media_type"] ?? value["mimeType"] ?? value["mime_type"];
  const inline = typeof data === "string" && typeof type === "string" ? [{ type, data }] : [];
  return [...urls, ...inline].map((file) => {
    return { type: file.type, bytes: Buffer.from(file.data, "base64").byteLength };
  });
}

/** Every object in a JSON value, the outer ones first. */
function objectsIn(value: unknown): Fields[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value as Fields, ...inner];
}
