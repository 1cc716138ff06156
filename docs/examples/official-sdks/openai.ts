import OpenAI from "openai";
import { providerFetch } from "waxseal";

const model = "gpt-5-mini";

/** From wherever the user's token is, a browser too (`dangerouslyAllowBrowser`: there is no provider key to lose). */
export async function* throughProxy(
  api: string,
  userToken: string,
  question: string,
): AsyncGenerator<string> {
  const openai = new OpenAI({ apiKey: userToken, baseURL: `${api}/proxy/openai/v1` });
  const stream = await openai.chat.completions.create({
    model,
    messages: [{ role: "user", content: question }],
    stream: true,
  });
  for await (const chunk of stream) yield chunk.choices[0]?.delta.content ?? "";
}

/** In a function of yours that has `grantUse`: the SDK holds no provider key, and neither does your code. */
export async function inYourFunction(userId: string, question: string): Promise<string> {
  const openai = new OpenAI({ apiKey: "unused", fetch: providerFetch({ userId, provider: "openai" }) });
  const response = await openai.responses.create({ model, input: question });
  return response.output_text;
}
