import { AST_NODE_TYPES as Node, ESLintUtils, type TSESTree } from "@typescript-eslint/utils";
import { matchesGlob, relative, sep } from "node:path";
import { nameOf } from "./definitions.ts";

/**
 * Lets `exposeSecret` be named only in the files that need the plaintext, so that reading this list in
 * `eslint.config.js` is the audit of plaintext.
 *
 * Options: `files`, globs relative to the working directory.
 */
export const exposeSecretOnlyIn = ESLintUtils.RuleCreator.withoutDocs<[{ files: string[] }], "notHere">({
  meta: {
    type: "problem",
    defaultOptions: [{ files: [] }],
    messages: { notHere: "exposeSecret() is allowed only in the files that eslint.config.js names." },
    schema: [
      {
        type: "object",
        properties: { files: { type: "array", items: { type: "string" } } },
        additionalProperties: false,
      },
    ],
  },
  create(context, [{ files }]) {
    const path = relative(context.cwd, context.filename).split(sep).join("/");
    if (files.some((glob) => matchesGlob(path, glob))) return {};
    const check = (name: TSESTree.Node, computed: boolean): void => {
      if (nameOf(name, computed) === "exposeSecret") context.report({ node: name, messageId: "notHere" });
    };
    return {
      MemberExpression(node) {
        check(node.property, node.computed);
      },
      // `const { exposeSecret } = …`
      ObjectPattern(node) {
        for (const property of node.properties)
          if (property.type === Node.Property) check(property.key, property.computed);
      },
    };
  },
});
