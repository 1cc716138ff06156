/** What a streaming function sends ahead of the body. */
export interface HttpMetadata {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  /** Each a `Set-Cookie` header; of function URLs. */
  readonly cookies?: readonly string[];
}

/** The part of Lambda's context object that can be sent to a worker; `deadline` in epoch milliseconds. */
export interface InvocationContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly deadline: number;
}

export type ToEnvironment =
  { type: "invoke"; event: unknown; context: InvocationContext } | { type: "acknowledge" };

export type FromEnvironment =
  | { type: "ready" }
  | { type: "metadata"; metadata: HttpMetadata }
  | { type: "chunk"; bytes: Uint8Array }
  | { type: "streamed" }
  | { type: "result"; value: unknown }
  | { type: "failed"; errorType: string; errorMessage: string };
