import { defaultPatterns } from "./patterns.ts";

export const REDACTED = "[redacted]";

/** Longer texts are not read at all: a log line is no place for them, and redaction has to stay cheap. */
export const MAX_READ_LENGTH = 65_536;
const MAX_PRINTED_LENGTH = 2_048;

/**
 * `text` with every match of a pattern replaced by `[redacted]`, cut to 2,048 characters. The cut comes
 * after the redaction, so it cannot leave the first half of a secret that no longer matches.
 *
 * @param patterns with or without the `g` flag.
 * @example redactText("Bearer 0123456789abcdef failed"); // "[redacted] failed"
 */
export function redactText(text: string, patterns: readonly RegExp[] = defaultPatterns): string {
  if (text.length > MAX_READ_LENGTH) return `[cut: ${String(text.length)} characters]`;
  const redacted = patterns.reduce((rest, pattern) => rest.replaceAll(everywhere(pattern), REDACTED), text);
  if (redacted.length <= MAX_PRINTED_LENGTH) return redacted;
  return `${redacted.slice(0, MAX_PRINTED_LENGTH)}[cut: ${String(redacted.length)} characters]`;
}

const globalForms = new WeakMap<RegExp, RegExp>();

/** The pattern with the `g` flag, and without `y`, which would anchor it. */
export function everywhere(pattern: RegExp): RegExp {
  const known = globalForms.get(pattern);
  if (known) return known;
  const form = new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, "")}g`);
  globalForms.set(pattern, form);
  return form;
}
