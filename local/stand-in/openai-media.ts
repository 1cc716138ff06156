/** OpenAI's routes for what is no text, as small as they may be. */
export function moderation(model: string): object {
  const results = [{ flagged: false, categories: {}, category_scores: {}, category_applied_input_types: {} }];
  return { id: "modr-stand-in", model, results };
}

/** A file came as a field of a form: see `call.ts`. */
export function transcription({ file }: Readonly<Record<string, unknown>>): object {
  const { type = "nothing", bytes = 0 } = (file ?? {}) as { type?: string; bytes?: number };
  return { text: `I hear ${type} of ${bytes} bytes.` };
}

/** One transparent pixel, as PNG. */
export function image(): object {
  const pixel =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==";
  return { created: 1_700_000_000, data: [{ b64_json: pixel }] };
}
