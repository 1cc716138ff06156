export type ProviderId = "openai" | "anthropic" | "google";
