import type { IncomingHttpHeaders } from "node:http";
import type { StandInCall } from "./send.ts";

type Incoming = Pick<StandInCall, "method" | "path" | "headers" | "released">;

/** The headers in which providers take their keys, the particular ones first. */
const credentialHeaders = ["x-goog-api-key", "x-api-key", "api-key", "authorization"] as const;

/** A request with its body as far as the stand-in looks into it: JSON, or a form. */
export async function callOf(incoming: Incoming, bytes: Buffer | undefined): Promise<StandInCall> {
  const body = (await parsed(incoming.headers, bytes)) ?? {};
  const inPath = /\/models\/([^/:]+):|^\/openai\/deployments\/([^/]+)\//.exec(incoming.path);
  const inBody = typeof body["model"] === "string" ? body["model"] : undefined;
  const model = inPath?.[1] ?? inPath?.[2] ?? inBody ?? "stand-in";
  return { ...incoming, credential: credentialIn(incoming.headers), body, model };
}

function credentialIn(headers: IncomingHttpHeaders): string {
  const values = credentialHeaders.map((name) => headers[name]);
  return values.find((value): value is string => typeof value === "string") ?? "";
}

async function parsed(
  headers: IncomingHttpHeaders,
  bytes: Buffer | undefined,
): Promise<Record<string, unknown> | undefined> {
  const type = headers["content-type"] ?? "";
  try {
    if (type.startsWith("multipart/form-data")) return await fieldsOf(type, bytes);
    const value: unknown = JSON.parse(String(bytes));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A form's fields; of a file its type and size. */
async function fieldsOf(type: string, bytes: Buffer = Buffer.alloc(0)): Promise<Record<string, unknown>> {
  const response = new Response(Uint8Array.from(bytes), { headers: { "content-type": type } });
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- for servers; this one is for trying things
  const form = await response.formData();
  const fields = [...form].map(([name, value]) => {
    return [name, typeof value === "string" ? value : { type: value.type, bytes: value.size }] as const;
  });
  return Object.fromEntries(fields);
}
