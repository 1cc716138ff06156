/** `npm run openapi` */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { repositoryRoot } from "../bundle.ts";
import { apiFiles } from "./files.ts";

for (const [file, text] of Object.entries(await apiFiles())) {
  await writeFile(path.join(repositoryRoot, file), text);
}
