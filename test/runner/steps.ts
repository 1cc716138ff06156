import { existsSync } from "node:fs";

/** A check that looks at the files and runs none of ours. */
export interface StaticStep {
  readonly name: string;
  readonly command: readonly string[];
}

const folders = ["lib", "lambdas", "infra", "local", "web"].filter((folder) => existsSync(folder));

/** In the order in which they are named; the slow ones first, since two run at a time. */
export const staticSteps: readonly StaticStep[] = [
  { name: "lint", command: ["eslint", ".", "--max-warnings=0"] },
  { name: "types", command: ["tsc", "--noEmit", "-p", "."] },
  { name: "types of what runs in browsers", command: ["tsc", "--noEmit", "-p", "test/browser"] },
  { name: "format", command: ["prettier", "--check", "--log-level=warn", "."] },
  { name: "import directions", command: ["depcruise", "--config", ".dependency-cruiser.js", ...folders] },
  { name: "no secrets in files", command: ["secretlint", "--maskSecrets", "**/*", ".*", ".ci/*"] },
];
