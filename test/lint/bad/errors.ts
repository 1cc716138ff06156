import { createLogger } from "../../../lib/log/logger.ts";
import { WaxsealError } from "../../../lib/errors.ts";
import type { Secret } from "../../../lib/secret.ts";

const logger = createLogger("bad");

class OwnError extends Error {}

export async function caught(work: () => Promise<void>): Promise<string> {
  try {
    await work();
  } catch (error) {
    logger.error("failed", { error }); // refused: error
    logger.error("failed", { cause: error }); // refused: error
    logger.error(String(error)); // refused: error
    logger.error("failed", { error: (error as Error).message }); // refused: error
    if (error instanceof Error) logger.error(error.message, { at: error.stack }); // refused: error error
    if (error instanceof TypeError) logger.error("failed", { error }); // refused: error
    if (error instanceof Error) throw new Error("failed", { cause: error }); // refused: error
    if (error instanceof OwnError) throw new OwnError(error.message); // refused: error
    const { message } = error as Error;
    logger.error("failed", { message }); // refused: error
    const text = (error as Error).toString();
    logger.error(text); // refused: error
    return `failed: ${(error as Error).message}`; // refused: error
  }
  return "";
}

export async function rejected(work: () => Promise<void>): Promise<void> {
  await work().catch((problem: unknown) => {
    logger.error("failed", { problem }); // refused: error
  });
  await work().then(undefined, (problem: unknown) => {
    logger.error("failed", { problem }); // refused: error
  });
  process.once("error", (problem: unknown) => {
    logger.error("failed", { problem }); // refused: error
  });
}

export function given(error: unknown, failures: Error[], result: { failure: TypeError }): string {
  logger.error("failed", { error }); // refused: error
  logger.error("failed", { failures }); // refused: error
  logger.error("failed", { result }); // refused: error
  logger.error("failed", { again: new Error("constant") }); // refused: error
  return JSON.stringify({ error }); // refused: error
}

class KeyError extends Error {
  constructor(apiKey: string) {
    super(apiKey); // refused: named
  }
}

export function inErrors(apiKey: string, providerKey: Secret, body: { rawBody: string }): Error[] {
  return [
    new Error(apiKey), // refused: named
    new TypeError(`not a key: ${apiKey}`), // refused: named
    new Error("refused", { cause: providerKey }), // refused: secret
    new Error("refused", { cause: { apiKey } }), // refused: named
    new Error("refused", { cause: body }), // refused: body
    Error(apiKey), // refused: named
    new KeyError("constant"),
    new WaxsealError("INTERNAL"),
  ];
}
