/** The three providers that the page offers, with a streaming call of each: by `fetch`, as any program would. */

export interface Provider {
  readonly id: string;
  readonly displayName: string;
  /** Below `/proxy/<id>`: the provider's own path. */
  readonly path: string;
  readonly body: (turns: readonly Turn[]) => object;
  /** The piece of text in one of the provider's events; empty where it has none. */
  readonly text: (event: Fields) => unknown;
}

export interface Turn {
  readonly role: "user" | "assistant";
  readonly text: string;
}

/** An event's JSON; a member that is missing is undefined, however deep. */
type Fields = Readonly<Record<string, never>> & {
  readonly choices?: readonly { readonly delta?: { readonly content?: unknown } }[];
  readonly delta?: { readonly text?: unknown };
  readonly candidates?: readonly { readonly content?: { readonly parts?: readonly { text?: unknown }[] } }[];
};

export const providers: readonly [Provider, ...Provider[]] = [
  {
    id: "openai",
    displayName: "OpenAI",
    path: "/v1/chat/completions",
    body: (turns) => ({
      model: "gpt-test",
      stream: true,
      messages: turns.map(({ role, text }) => ({ role, content: text })),
    }),
    text: ({ choices }) => choices?.[0]?.delta?.content,
  },
  {
    id: "anthropic",
    displayName: "Anthropic",
    path: "/v1/messages",
    body: (turns) => ({
      model: "claude-test",
      max_tokens: 100,
      stream: true,
      messages: turns.map(({ role, text }) => ({ role, content: text })),
    }),
    text: ({ delta }) => delta?.text,
  },
  {
    id: "google",
    displayName: "Google",
    path: "/v1beta/models/gemini-test:streamGenerateContent?alt=sse",
    body: (turns) => ({
      contents: turns.map(({ role, text }) => ({
        role: role === "user" ? "user" : "model",
        parts: [{ text }],
      })),
    }),
    text: ({ candidates }) => candidates?.[0]?.content?.parts?.[0]?.text,
  },
];

export function providerNamed(id: string): Provider {
  return providers.find((one) => one.id === id) ?? providers[0];
}

export type { Fields };
