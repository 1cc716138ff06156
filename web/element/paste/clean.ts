/** What pasting brought along, and was taken away. */
export type Removed = "invisible" | "spaces" | "quotes" | "name" | "scheme";

export interface Cleaned {
  readonly text: string;
  readonly removed: readonly Removed[];
}

/** Zero width, direction marks, BOM, soft hyphen, fillers. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]+/gu;
const BLANK = /[\s\p{Cc}]+/gu;
/** Around it, with what separates it from the next line of a file. */
const QUOTES = /^["'`“”„‘’«»]+|["'`“”„‘’«»,;]+$/gu;
/** `Authorization:`, `OPENAI_API_KEY=`, `"apiKey":`, and what stands before those in a shell. */
const NAME =
  /^(?:export |set |-H )?["'`]?(?:\$env:)?[A-Za-z0-9_-]{0,64}(?:authorization|key|token)["'`]? ?[:=] ?(?=[^= ])/i;
const SCHEME = /^(?:bearer )+/i;

/**
 * A pasted text as the provider key that it holds. It does what the API does with it on saving (a test holds the two
 * against each other), so that a person sees what is stored.
 */
export function clean(pasted: string): Cleaned {
  const removed = new Set<Removed>();
  let text = pasted;
  const without = (what: Removed, pattern: RegExp, instead = "") => {
    const left = text.replace(pattern, instead);
    if (left !== text) removed.add(what);
    text = left;
  };
  without("invisible", INVISIBLE);
  text = text.replace(BLANK, " ");
  without("spaces", /^ | $/g);
  without("quotes", QUOTES);
  without("name", NAME);
  without("quotes", QUOTES);
  without("scheme", SCHEME);
  without("spaces", / /g);
  without("quotes", QUOTES);
  return { text, removed: [...removed] };
}
