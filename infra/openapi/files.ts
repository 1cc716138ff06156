/** The committed files that are made from the schemas; a test finds drift. */
import { format, resolveConfig } from "prettier";
import { openApiDocument } from "./document.ts";
import { apiMarkdown } from "./markdown.ts";

export async function apiFiles(): Promise<Readonly<Record<string, string>>> {
  const document = openApiDocument();
  const formatted = async (filepath: string, text: string) =>
    format(text, { ...(await resolveConfig(filepath)), filepath });
  return {
    "docs/openapi.json": await formatted("docs/openapi.json", JSON.stringify(document)),
    "docs/api.md": await formatted("docs/api.md", apiMarkdown(document)),
  };
}
