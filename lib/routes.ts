/**
 * The one route table. The handlers, the stack (`infra/`), the local gateway (`local/`) and the
 * tests read it; a test holds the synthesised template against it.
 */
export type FunctionName =
  | "save"
  | "status"
  | "list"
  | "activity"
  | "describe"
  | "update"
  | "remove"
  | "verify"
  | "provider-proxy"
  | "acting-proxy"
  | "delete-owner";

export interface Route {
  readonly method: "GET" | "PUT" | "PATCH" | "POST" | "DELETE" | "ANY";
  /** API Gateway resource path: `{name}` is one segment, `{name+}` the rest. */
  readonly path: string;
  readonly function: FunctionName;
  /** `legacy` answers `{error}`, `problem` answers RFC 9457 documents. */
  readonly errors: "legacy" | "problem";
  /** Answers whoever asks, the same for everyone. */
  readonly isPublic?: true;
  /** Whether the response is streamed through the gateway. */
  readonly streams?: true;
}

export const routes: readonly Route[] = [
  { method: "POST", path: "/api/user/api-key", function: "save", errors: "legacy" },
  { method: "DELETE", path: "/api/user/api-key", function: "remove", errors: "legacy" },
  { method: "GET", path: "/api/user/api-key-status", function: "status", errors: "legacy" },
  { method: "GET", path: "/v1/openapi.json", function: "describe", errors: "problem", isPublic: true },
  { method: "GET", path: "/v1/providers", function: "list", errors: "problem" },
  { method: "GET", path: "/v1/provider-keys", function: "list", errors: "problem" },
  { method: "GET", path: "/v1/activity", function: "activity", errors: "problem" },
  { method: "PUT", path: "/v1/provider-keys/{provider}", function: "save", errors: "problem" },
  { method: "PATCH", path: "/v1/provider-keys/{provider}", function: "update", errors: "problem" },
  { method: "DELETE", path: "/v1/provider-keys/{provider}", function: "remove", errors: "problem" },
  { method: "POST", path: "/v1/provider-keys/{provider}/verify", function: "verify", errors: "problem" },
  { method: "PUT", path: "/v1/provider-keys/{provider}/{name}", function: "save", errors: "problem" },
  { method: "PATCH", path: "/v1/provider-keys/{provider}/{name}", function: "update", errors: "problem" },
  { method: "DELETE", path: "/v1/provider-keys/{provider}/{name}", function: "remove", errors: "problem" },
  {
    method: "POST",
    path: "/v1/provider-keys/{provider}/{name}/verify",
    function: "verify",
    errors: "problem",
  },
  {
    method: "ANY",
    path: "/proxy/{provider}/{path+}",
    function: "provider-proxy",
    errors: "problem",
    streams: true,
  },
];

/**
 * The functions of back ends that act for a user: not behind the API but at function URLs of their own, with
 * IAM authorization. Whom each role may act for, `actingRoles` says.
 */
export const actingRoutes = [
  {
    method: "ANY",
    path: "/proxy/{provider}/{path+}",
    function: "acting-proxy",
    errors: "problem",
    streams: true,
  },
  { method: "DELETE", path: "/provider-keys", function: "delete-owner", errors: "problem" },
] as const satisfies readonly Route[];

/** Where each function's handler lives; the bundle has the same file names. */
export const functionEntries: Readonly<Record<FunctionName, string>> = {
  save: "lambdas/save.ts",
  status: "lambdas/status.ts",
  list: "lambdas/list.ts",
  activity: "lambdas/activity.ts",
  describe: "lambdas/describe.ts",
  remove: "lambdas/remove.ts",
  update: "lambdas/update.ts",
  verify: "lambdas/verify.ts",
  "provider-proxy": "lambdas/provider-proxy.ts",
  "acting-proxy": "lambdas/acting-proxy.ts",
  "delete-owner": "lambdas/delete-owner.ts",
};

/** The functions of operators' jobs and of the audit: behind no route and no URL. */
export type JobFunctionName = "rewrap" | "audit-recorder" | "audit-redrive" | "checkpoint" | "reconcile";

export const jobFunctionEntries: Readonly<Record<JobFunctionName, string>> = {
  rewrap: "lambdas/rewrap.ts",
  "audit-recorder": "lambdas/audit-recorder.ts",
  "audit-redrive": "lambdas/audit-redrive.ts",
  checkpoint: "lambdas/checkpoint.ts",
  reconcile: "lambdas/reconcile.ts",
};

/**
 * Bodies that reach a function in base64: files for a provider. Not all, since JSON in base64 would outgrow
 * Lambda's 6 MB that much sooner.
 */
export const binaryMediaTypes: readonly string[] = ["multipart/form-data", "application/octet-stream"];

/** What the gateway itself answers, as RFC 9457 problem documents, by API Gateway response type. */
export const gatewayProblems = {
  MISSING_AUTHENTICATION_TOKEN: { status: 404, code: "ROUTE_NOT_FOUND", title: "There is no such route" },
  REQUEST_TOO_LARGE: {
    status: 413,
    code: "PAYLOAD_TOO_LARGE",
    title: "The request is too large: at most 6 MB; what is larger a back end calls with providerFetch",
  },
  THROTTLED: { status: 429, code: "RATE_LIMITED", title: "Too many requests" },
  WAF_FILTERED: { status: 403, code: "FILTERED", title: "The request was filtered" },
  DEFAULT_4XX: { status: 400, code: "BAD_REQUEST", title: "The request was refused" },
  DEFAULT_5XX: { status: 502, code: "GATEWAY_FAILED", title: "The service did not answer" },
} as const;
