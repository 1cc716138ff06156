import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { LocalStack } from "../../local/stack.ts";
import { startLocalSystem, type LocalSystem, type LocalSystemOptions } from "../../local/system.ts";

export { CANARY, canaryKey } from "./keys.ts";

export const anyPorts = { api: 0, aws: 0, standIn: 0, actingProxy: 0, deleteOwner: 0 };

/**
 * @param audited - whether changes are recorded: the recorder writes several times for each, which only the audit's own
 *   tests have a use for.
 */
export function startForTest({
  audited = false,
  ...options
}: Partial<LocalSystemOptions> & { readonly audited?: boolean } = {}): Promise<LocalSystem> {
  const { editStack = (same: LocalStack) => same } = options;
  const quiet = { trail: "off", checkpointSchedule: "off" } as const;
  const settings = audited ? options.settings : { ...quiet, ...options.settings };
  // Made once a run: see test/runner/bundles.ts.
  const bundles = process.env["WAXSEAL_TEST_BUNDLES"];
  return startLocalSystem({
    ports: anyPorts,
    bundles,
    ...options,
    ...(settings && { settings }),
    editStack: (stack) => editStack(audited ? stack : { ...stack, eventSourceMappings: [] }),
  });
}

/** An AWS SDK configuration for the local endpoint, under a function's role or as the administrator. */
export function awsConfig(system: LocalSystem, functionName?: string) {
  const accessKeyId = functionName ? system.accessKeyIdOf(functionName) : "AKIAADMINISTRATOR";
  return {
    region: "us-east-1",
    endpoint: system.awsEndpoint,
    credentials: { accessKeyId, secretAccessKey: "local" },
    maxAttempts: 1,
  };
}

/** Every stored item, as an administrator sees the table. */
export async function storedItems(system: LocalSystem): Promise<Record<string, unknown>[]> {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system)));
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const command = new ScanCommand({ TableName: tableName(system), ExclusiveStartKey: start });
    const page = await dynamo.send(command);
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  dynamo.destroy();
  return items;
}

export function tableName(system: LocalSystem): string {
  const table = system.stack.tables.find(({ keySchema }) =>
    keySchema.some((one) => one.AttributeName === "slot"),
  );
  if (!table) throw new Error("the stack has no table of provider keys");
  return table.tableName;
}

/** A person with a token, as a front end would act for them. */
export class Person {
  readonly #system: LocalSystem;
  readonly token: string;

  private constructor(system: LocalSystem, token: string) {
    this.#system = system;
    this.token = token;
  }

  static async named(system: LocalSystem, subject: string): Promise<Person> {
    return new Person(system, await system.token(subject));
  }

  /** A request with the person's token; a body is sent as JSON. */
  request(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(this.#system.api + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  save(apiKey: string, provider = "openai"): Promise<Response> {
    return this.request("POST", "/api/user/api-key", { provider, apiKey });
  }

  chat(body: Record<string, unknown> = {}): Promise<Response> {
    return this.request("POST", "/proxy/openai/v1/chat/completions", {
      model: "gpt-test",
      messages: [],
      ...body,
    });
  }
}
