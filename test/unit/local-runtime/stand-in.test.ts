import { gunzipSync } from "node:zlib";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { closeServer, listen } from "../../../local/http/server.ts";
import { standInProvider, type ReceivedRequest } from "../../../local/stand-in/stand-in.ts";

/** In no form that a provider issues. */
const providerKey = `sk-${"example-".repeat(4)}`;
const messages = [{ role: "user" as const, content: "hi" }];
const server = standInProvider();
let origin = "";

beforeAll(async () => {
  origin = await listen(server, 0);
});
afterAll(() => closeServer(server));
beforeEach(async () => {
  await fetch(`${origin}/_received`, { method: "DELETE" });
});

const client = (apiKey = providerKey) => new OpenAI({ apiKey, baseURL: `${origin}/v1`, maxRetries: 0 });

function chat(model: string, more: object = {}): Promise<Response> {
  return fetch(`${origin}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${providerKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages, ...more }),
    redirect: "manual",
  });
}

async function received(): Promise<ReceivedRequest[]> {
  return (await (await fetch(`${origin}/_received`)).json()) as ReceivedRequest[];
}

describe("OpenAI's official SDK against the stand-in", () => {
  test("completes a chat", async () => {
    const completion = await client().chat.completions.create({ model: "gpt-test", messages });
    expect(completion.choices[0]?.message.content).toBe("Sealed, used, accounted for.");
    expect(completion.usage?.total_tokens).toBeGreaterThan(0);
  });

  test("streams a chat in at least five chunks, with usage where it is asked for", async () => {
    const stream = await client().chat.completions.create({
      model: "gpt-test",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let chunks = 0;
    let text = "";
    let tokens: number | undefined;
    for await (const chunk of stream) {
      chunks += 1;
      text += chunk.choices[0]?.delta.content ?? "";
      tokens = chunk.usage?.total_tokens ?? tokens;
    }
    expect(text).toBe("Sealed, used, accounted for.");
    expect(chunks).toBeGreaterThanOrEqual(5);
    expect(tokens).toBeGreaterThan(0);
  });

  test("gets a response, whole and streamed", async () => {
    const whole = await client().responses.create({ model: "gpt-test", input: "hi" });
    expect(whole.output_text).toBe("Sealed, used, accounted for.");
    const events = await client().responses.create({ model: "gpt-test", input: "hi", stream: true });
    let text = "";
    let last = "";
    for await (const event of events) {
      last = event.type;
      if (event.type === "response.output_text.delta") text += event.delta;
    }
    expect({ text, last }).toEqual({ text: "Sealed, used, accounted for.", last: "response.completed" });
  });

  test("lists models and makes embeddings", async () => {
    expect((await client().models.list()).data.length).toBeGreaterThan(0);
    const { data } = await client().embeddings.create({
      model: "e",
      input: "hi",
      encoding_format: "float",
    });
    expect(data[0]?.embedding.length).toBeGreaterThan(0);
  });

  test.each(["sk-rejected-example-example", "not-a-key"])("is refused with %s", async (apiKey) => {
    const refused = client(apiKey).models.list();
    await expect(refused).rejects.toMatchObject({ status: 401, code: "invalid_api_key" });
  });

  test("learns of an unknown path in OpenAI's own error shape", async () => {
    await expect(client().get("/nowhere")).rejects.toMatchObject({ status: 404, code: "unknown_url" });
  });
});

describe("what the stand-in received", () => {
  test("is shown with method, path and headers, without the look itself, until it is emptied", async () => {
    await client().models.list();
    await received();
    const [request, ...others] = await received();
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      method: "GET",
      path: "/v1/models",
      headers: { authorization: `Bearer ${providerKey}` },
    });
    await fetch(`${origin}/_received`, { method: "DELETE" });
    expect(await received()).toEqual([]);
  });

  test("is the last hundred requests", async () => {
    for (let index = 0; index < 103; index += 1) await fetch(`${origin}/v1/n${String(index)}`);
    const paths = (await received()).map(({ path }) => path);
    expect(paths).toHaveLength(100);
    expect([paths[0], paths[99]]).toEqual(["/v1/n3", "/v1/n102"]);
  });

  test("is not for another site's page", async () => {
    const answer = await fetch(`${origin}/_received`, { headers: { origin: "https://evil.example" } });
    expect(answer.status).toBe(403);
  });
});

describe("a misbehaviour, asked for by the model's name", () => {
  test("echo-key sends the provider key back, in a header and in the body", async () => {
    const response = await chat("echo-key");
    expect(response.headers.get("openai-echo")).toContain(providerKey);
    expect(await response.text()).toContain(providerKey);
  });

  test("echo-key, streamed, has the provider key over chunk borders", async () => {
    const response = await chat("echo-key", { stream: true });
    const chunks: string[] = [];
    for await (const chunk of response.body ?? []) chunks.push(Buffer.from(chunk).toString());
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.join("")).toContain(providerKey);
    expect(chunks.some((chunk) => chunk.includes(providerKey))).toBe(false);
  });

  test("echo-key-gzip is encoded though nobody asked", async () => {
    const http = await import("node:http");
    const bytes = await new Promise<Buffer>((resolve, reject) => {
      const headers = { authorization: `Bearer ${providerKey}`, "accept-encoding": "identity" };
      const sent = http.request(`${origin}/v1/chat/completions`, { method: "POST", headers }, (response) => {
        expect(response.headers["content-encoding"]).toBe("gzip");
        void response.toArray().then((chunks) => resolve(Buffer.concat(chunks)), reject);
      });
      sent.on("error", reject).end(JSON.stringify({ model: "echo-key-gzip" }));
    });
    expect(gunzipSync(bytes).toString()).toContain(providerKey);
  });

  test("redirect points to another origin", async () => {
    const response = await chat("redirect");
    expect(response.status).toBe(302);
    expect(new URL(response.headers.get("location") ?? "").origin).not.toBe(origin);
  });

  test.each(["cut", "lying-length"])("%s breaks off in the middle", async (model) => {
    const response = await chat(model);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  test("error-500 fails in OpenAI's error shape", async () => {
    const response = await chat("error-500");
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { type: "server_error" } });
  });

  test("slow does not end, and one that gives up on it leaves the stand-in working", async () => {
    const controller = new AbortController();
    const slow = fetch(`${origin}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${providerKey}` },
      body: JSON.stringify({ model: "slow" }),
      signal: controller.signal,
    });
    const response = await slow;
    setTimeout(() => controller.abort(), 200);
    await expect(response.text()).rejects.toThrow(/abort/i);
    expect((await client().models.list()).data.length).toBeGreaterThan(0);
  });
});
