/**
 * Which way imports go: lambdas → lib, local → lambdas and lib, infra → a few names of lib, web → types of
 * lib/api alone; inside lib the envelope knows errors, secrets and its own ports. `test/hygiene/imports.test.ts`
 * tries each rule on a small tree that breaks it.
 *
 * @type {import("dependency-cruiser").IConfiguration}
 */
export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "A cycle makes two files one.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "lib-knows-nobody",
      comment: "What the functions do is tested without functions, stack or local system.",
      severity: "error",
      from: { path: "^lib/" },
      to: { path: "^(lambdas|infra|local|web|test|bench)/" },
    },
    {
      name: "lib-runs-without-its-command",
      comment: "What functions and jobs do knows no command line.",
      severity: "error",
      from: { path: "^(lib|lambdas)/", pathNot: "^lib/cli/" },
      to: { path: "^lib/cli/" },
    },
    {
      name: "lambdas-know-lib",
      severity: "error",
      from: { path: "^lambdas/" },
      to: { path: "^(infra|local|web|test|bench)/" },
    },
    {
      name: "infra-knows-names",
      comment: "The stack shares names with the functions, no behaviour.",
      severity: "error",
      from: { path: "^infra/" },
      to: {
        path: "^(lib|lambdas|local|web|test|bench)/",
        pathNot:
          "^lib/(routes|settings|settings-environment|audit-settings|attributes|audit-attributes|cors|deployment-outputs|errors|problem)\\.ts$|^lib/(providers|api)/|^lib/acting/may-act\\.ts$",
      },
    },
    {
      name: "local-runs-the-rest",
      severity: "error",
      from: { path: "^local/" },
      to: { path: "^(web|test|bench)/" },
    },
    {
      name: "web-knows-nobody",
      comment: "The browser gets nothing of ours but what is in web/.",
      severity: "error",
      from: { path: "^web/" },
      to: { path: "^(lib|lambdas|infra|local|test|bench)/", pathNot: "^lib/api/" },
    },
    {
      name: "web-has-types-of-the-api-alone",
      comment: "Types leave nothing behind at run time; zod would not fit.",
      severity: "error",
      from: { path: "^web/" },
      to: { path: "^lib/api/|^node_modules/zod/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "envelope-knows-no-adapter",
      comment: "The cryptography can be read and tested by itself, and needs node:crypto only.",
      severity: "error",
      from: { path: "^lib/envelope/" },
      to: { pathNot: "^(lib/envelope/|lib/(errors|secret)\\.ts$|(node:)?crypto$)" },
    },
    {
      name: "log-knows-no-caller",
      comment: "Redaction must not depend on what it redacts.",
      severity: "error",
      from: { path: "^lib/log/" },
      to: { path: "^lib/", pathNot: "^lib/(log/|(errors|secret)\\.ts$)" },
    },
    {
      name: "no-dev-dependency-at-run-time",
      comment: "What runs in a function, or is published, is a dependency.",
      severity: "error",
      from: { path: "^(lib|lambdas)/" },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-optional", "npm-peer"],
        // Types leave nothing behind at run time.
        dependencyTypesNot: ["type-only"],
        pathNot: "^node_modules/@types/",
      },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|cdk\\.out)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
