import OpenAI from "openai";
import { actingFetch, deleteOwner } from "waxseal/acting";

/**
 * In a back end outside AWS. With `AWS_ROLE_ARN` and `AWS_WEB_IDENTITY_TOKEN_FILE` set, the AWS SDK's ordinary provider
 * takes the role; where the platform hands out its token in another way, give `credentials`.
 */
export async function chat(userId: string, question: string): Promise<string> {
  const url = process.env["ACTING_PROXY_URL"] ?? "";
  const openai = new OpenAI({ apiKey: "unused", fetch: actingFetch({ url, userId, provider: "openai" }) });
  const completion = await openai.chat.completions.create({
    model: "gpt-5-mini",
    messages: [{ role: "user", content: question }],
  });
  return completion.choices[0]?.message.content ?? "";
}

/** When an account is closed. Run it again if it throws. */
export async function closeAccount(userId: string): Promise<number> {
  return deleteOwner({ url: process.env["DELETE_OWNER_URL"] ?? "", userId });
}
