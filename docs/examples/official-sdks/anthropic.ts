import Anthropic from "@anthropic-ai/sdk";
import { providerFetch } from "waxseal";

const about = { model: "claude-sonnet-5-5", max_tokens: 1000 };

/** The user's token takes the place of the API key. */
export async function* throughProxy(
  api: string,
  userToken: string,
  question: string,
): AsyncGenerator<string> {
  const anthropic = new Anthropic({ apiKey: userToken, baseURL: `${api}/proxy/anthropic` });
  const stream = anthropic.messages.stream({ ...about, messages: [{ role: "user", content: question }] });
  for await (const event of stream)
    if (event.type === "content_block_delta" && event.delta.type === "text_delta") yield event.delta.text;
}

/** In a function of yours that has `grantUse`. */
export async function inYourFunction(userId: string, question: string): Promise<string> {
  const anthropic = new Anthropic({
    apiKey: "unused",
    fetch: providerFetch({ userId, provider: "anthropic" }),
  });
  const { content } = await anthropic.messages.create({
    ...about,
    messages: [{ role: "user", content: question }],
  });
  return content.map((block) => (block.type === "text" ? block.text : "")).join("");
}
