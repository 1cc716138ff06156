import { AST_NODE_TYPES as Node, ESLintUtils, type TSESTree } from "@typescript-eslint/utils";
import { nameOf } from "./definitions.ts";
import { TypeJudge, type Kind } from "./judge-type.ts";
import { ValueJudge } from "./judge-value.ts";
import { isErrorSuper, sinkOf, type Sink } from "./sinks.ts";

const messages: Record<Kind, string> = {
  secret: "A Secret must not go into {{sink}}.",
  exposed: "What exposeSecret() gives must not go into {{sink}}.",
  named: "By its name this is a secret, and must not go into {{sink}}.",
  body: "A request body must not go into {{sink}}: users paste provider keys into it.",
  headers: "A request's headers must not go into {{sink}}: they hold credentials. Name the one you need.",
  request: "A whole request must not go into {{sink}}: it has credentials and a body.",
  error: "A raw error must not go into {{sink}}: messages of others quote input. Use describeError(error).",
};

const sinkInWords: Record<Sink, string> = {
  log: "a log call",
  text: "a string",
  error: "an error",
};

/**
 * Refuses secrets, request bodies, headers and raw errors in log calls, strings made from them, and
 * errors. What it sees is tried in `test/lint/bad`, what it lets pass in `test/lint/good`.
 *
 * Options: `sinks`, the kinds of sink to watch (default: all).
 */
export const noSecretSinks = ESLintUtils.RuleCreator.withoutDocs<[{ sinks: Sink[] }], Kind>({
  meta: {
    type: "problem",
    defaultOptions: [{ sinks: ["log", "text", "error"] }],
    messages,
    schema: [
      {
        type: "object",
        properties: { sinks: { type: "array", items: { type: "string", enum: ["log", "text", "error"] } } },
        additionalProperties: false,
      },
    ],
  },
  create(context, [{ sinks }]) {
    const services = ESLintUtils.getParserServices(context);
    const types = new TypeJudge(services.program.getTypeChecker());
    const values = new ValueJudge(types, services, context.sourceCode);
    const isText = (node: TSESTree.Node): boolean => types.isText(services.getTypeAtLocation(node));

    function check(sink: Sink, printed: readonly (TSESTree.Node | null)[]): void {
      if (!sinks.includes(sink)) return;
      const findings = printed.flatMap((node) => (node ? values.find(node) : []));
      for (const { node, kind } of findings)
        context.report({ node, messageId: kind, data: { sink: sinkInWords[sink] } });
    }

    function checkCall(node: TSESTree.CallExpression | TSESTree.NewExpression): void {
      const sink = sinkOf(node.callee);
      if (sink) check(sink, node.arguments);
    }

    /** `"…".concat(x)` and `[x].join("")`. */
    function checkJoin({ callee, arguments: parts }: TSESTree.CallExpression): void {
      if (callee.type !== Node.MemberExpression) return;
      const method = nameOf(callee.property, callee.computed);
      if (method === "join") check("text", [callee.object]);
      if (method === "concat" && isText(callee.object)) check("text", [callee.object, ...parts]);
    }

    return {
      CallExpression(node) {
        checkCall(node);
        checkJoin(node);
        if (isErrorSuper(node)) check("error", node.arguments);
      },
      NewExpression: checkCall,
      TemplateLiteral(node) {
        check("text", node.expressions);
      },
      "BinaryExpression[operator='+']"(node: TSESTree.BinaryExpression) {
        if (isText(node)) check("text", [node.left, node.right]);
      },
      "AssignmentExpression[operator='+=']"(node: TSESTree.AssignmentExpression) {
        if (isText(node.left)) check("text", [node.right]);
      },
    };
  },
});
