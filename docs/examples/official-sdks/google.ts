import { GoogleGenAI } from "@google/genai";
import { providerFetch } from "waxseal";

const model = "gemini-2.5-flash";

/** The user's token takes the place of the API key. */
export async function* throughProxy(
  api: string,
  userToken: string,
  question: string,
): AsyncGenerator<string> {
  const google = new GoogleGenAI({ apiKey: userToken, httpOptions: { baseUrl: `${api}/proxy/google` } });
  for await (const { text } of await google.models.generateContentStream({ model, contents: question }))
    yield text ?? "";
}

/** In a function of yours that has `grantUse`. */
export async function inYourFunction(userId: string, question: string): Promise<string> {
  const fetch = providerFetch({ userId, provider: "google" });
  const google = new GoogleGenAI({ apiKey: "unused", httpOptions: { fetch } });
  return (await google.models.generateContent({ model, contents: question })).text ?? "";
}
