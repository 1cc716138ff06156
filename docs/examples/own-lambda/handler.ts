import { isWaxsealError, withProviderKey } from "waxseal";

interface Summarise {
  readonly userId: string;
  readonly text: string;
}

type Answer = { readonly summary: string } | { readonly error: "NO_KEY" | "FAILED" };

const openai = process.env["OPENAI_BASE_URL"] ?? "https://api.openai.com/v1";

/**
 * A Lambda function that calls a provider by itself, with a user's own key. What comes to the callback prints as
 * `[redacted]` wherever it is printed; `exposeSecret()` is the one way to the text, for the one header.
 *
 * Most can do with `providerFetch`, which hands out nothing at all (`../official-sdks`).
 */
export async function handler({ userId, text }: Summarise): Promise<Answer> {
  try {
    return await withProviderKey({ userId, provider: "openai" }, async (providerKey) => {
      const response = await fetch(`${openai}/responses`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${providerKey.exposeSecret()}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ model: "gpt-5-mini", instructions: "Summarise in a sentence.", input: text }),
      });
      if (!response.ok) return { error: "FAILED" };
      return { summary: textOf((await response.json()) as Response) };
    });
  } catch (error) {
    if (isWaxsealError(error, "PROVIDER_KEY_NOT_FOUND")) return { error: "NO_KEY" };
    throw error;
  }
}

/** OpenAI API reference, "The response object". */
interface Response {
  readonly output: readonly { readonly content?: readonly { readonly text?: string }[] }[];
}

function textOf({ output }: Response): string {
  return output.flatMap(({ content = [] }) => content.map(({ text = "" }) => text)).join("");
}
